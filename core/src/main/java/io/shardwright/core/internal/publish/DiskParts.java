package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.execute.Interruption;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.publish.Siblings.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** On a disk it holds the target's files. Whoever comes first makes it, by one rename. */
final class DiskParts extends PartsFolder {
  private static final String TARGET = "target";
  private static final String VERIFIED = "verified";

  DiskParts(Path target, long bytes) {
    super(target, bytes);
  }

  @Override
  void open(byte[] plan, List<OutputFile> files, boolean sync) throws IOException {
    Files.createDirectories(folder.getParent());
    if (!isThere()) {
      failure.requireRoom(0);
      make(plan, sync);
    }
    var own = new OwnFiles(names);
    own.requireFileOrFolder(folder);
    own.requireFile(plan());
  }

  @Override
  public boolean isThere() {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
  }

  private void make(byte[] plan, boolean sync) throws IOException {
    Path made = names.of(Kind.SIDE, Staging.anybody());
    try {
      Files.createDirectory(made);
      write(made.resolve(PLAN), plan, sync);
      try {
        Files.move(made, folder);
      } catch (FileSystemException another) {
        if (!isThere()) {
          throw another;
        }
      }
      if (sync) {
        Publication.forceFolder(folder.getParent());
      }
    } finally {
      Publication.delete(made);
    }
  }

  private static void write(Path file, byte[] bytes, boolean sync) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      if (sync) {
        channel.force(true);
      }
    }
  }

  /** The target as far as it is written. */
  Path staged() {
    return folder.resolve(TARGET);
  }

  @Override
  public void write(
      int part, List<OutputFile> files, boolean sync, Function<OutputFiles, byte[]> work) {
    try (var staged = new StagedFiles(staged(), failure, sync)) {
      staged.share(files);
      byte[] record = work.apply(staged);
      staged.seal();
      Interruption.heed();
      appear(record(part), record, sync);
    } catch (IOException problem) {
      throw isThere() ? failure.of(problem) : failure.of(gone(problem));
    }
  }

  private IOException gone(IOException problem) {
    var gone = new NoSuchFileException(folder.toString(), null, "was removed in the meantime");
    gone.addSuppressed(problem);
    return gone;
  }

  /** The same part may be written twice at once: either record is right. */
  private void appear(Path record, byte[] bytes, boolean sync) throws IOException {
    Path made = folder.resolve("." + Staging.anybody());
    try {
      write(made, bytes, sync);
      Publication.move(made, record);
      if (sync) {
        Publication.forceFolder(folder);
      }
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /**
   * Refuses what holds anything that is not this user's.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming it
   */
  void requireOwn() throws IOException {
    new OwnFiles(names).requireTree(folder);
  }

  /** A rename is all that it takes. */
  @Override
  public boolean isAppearing() {
    return false;
  }

  @Override
  Staging staging(Staging.Order order) {
    return DiskStaging.create(order, Optional.of(this));
  }

  /** It has gone from here, or is here under a second name. */
  @Override
  public boolean isPublished() {
    try {
      Path target = names.target();
      return Files.exists(target, LinkOption.NOFOLLOW_LINKS)
          && Files.exists(folder.resolve(VERIFIED), LinkOption.NOFOLLOW_LINKS)
          && (!Files.exists(staged(), LinkOption.NOFOLLOW_LINKS)
              || Files.isSameFile(staged(), target));
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** Says that the target is complete and about to be published. */
  void verified(boolean sync) throws IOException {
    Files.deleteIfExists(folder.resolve(VERIFIED));
    write(folder.resolve(VERIFIED), new byte[0], sync);
  }

  /** Where it is once it has lost its name, so that nobody finds a half of it. */
  Path unnamed() {
    Path away = names.of(Kind.SIDE, Staging.anybody());
    try {
      Publication.move(folder, away);
      return away;
    } catch (IOException stays) {
      return folder;
    }
  }

  @Override
  public void tidy() {
    try {
      if (isThere()) {
        Publication.delete(unnamed());
      }
    } catch (IOException problem) {
      throw failure.of(problem);
    }
    Leftovers.tidy(names.target());
  }
}
