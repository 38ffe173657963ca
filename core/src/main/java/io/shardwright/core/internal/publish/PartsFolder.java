package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.Interruption;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.publish.Siblings.Kind;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
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
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The folder {@code .NAME.parts} beside a target that several processes write: the plan, the target
 * as far as it is written, and a record of each part that is done. Whoever comes first makes it, by
 * one rename; nothing in it is ever written by two processes with different bytes, so parts need no
 * lock, on whatever machine they are.
 */
public final class PartsFolder {
  private static final String PLAN = "plan.json.gz";
  private static final String TARGET = "target";
  private static final String VERIFIED = "verified";
  private static final String RECORD = "part-";
  private static final Pattern RECORDED = Pattern.compile("part-([0-9]{1,6})");

  private final Siblings names;
  private final Path folder;
  private final WriteFailure failure;

  private PartsFolder(Path target, long bytes) {
    names = new Siblings(target.toAbsolutePath().normalize());
    folder = names.parts();
    failure = new WriteFailure(names.target(), bytes);
  }

  /** That of a target, which need not be there. */
  public static PartsFolder of(Path target) {
    return new PartsFolder(target, 0);
  }

  /**
   * Makes it where nobody has.
   *
   * @param plan a document, which need not be the one that is there
   * @param bytes of the target
   * @throws io.shardwright.spi.error.CheckpointException if it can't be made, or what has its name
   *     is not this user's
   */
  public static PartsFolder open(Path target, byte[] plan, long bytes, boolean sync) {
    if (!Disk.holds(target)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          target.toString(),
          "is not on a disk that several processes can write at once: write it in one run");
    }
    var parts = new PartsFolder(target, bytes);
    try {
      Files.createDirectories(parts.folder.getParent());
      if (!parts.isThere()) {
        parts.failure.requireRoom(0);
        parts.make(plan, sync);
      }
      var own = new OwnFiles(parts.names);
      own.requireFileOrFolder(parts.folder);
      own.requireFile(parts.plan());
      return parts;
    } catch (IOException problem) {
      throw parts.failure.of(problem);
    }
  }

  /** Whether somebody has made it. */
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

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /** The plan that all parts follow. */
  public Path plan() {
    return folder.resolve(PLAN);
  }

  /** The target as far as it is written. */
  Path staged() {
    return folder.resolve(TARGET);
  }

  /** Whether a part is done. */
  public boolean isDone(int part) {
    return Files.exists(record(part), LinkOption.NOFOLLOW_LINKS);
  }

  private Path record(int part) {
    return folder.resolve(RECORD + part);
  }

  /** The parts that are not done, from 1 on. */
  public TreeSet<Integer> missing(int all) {
    var missing = new TreeSet<Integer>();
    for (int part = 1; part <= all; part++) {
      missing.add(part);
    }
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        var name = RECORDED.matcher(entry.getFileName().toString());
        if (name.matches()) {
          missing.remove(Integer.valueOf(name.group(1)));
        }
      }
      return missing;
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** What a part told when it was done. */
  public <T> T read(int part, Function<byte[], T> grammar) {
    try {
      return grammar.apply(Files.readAllBytes(record(part)));
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /**
   * Has a part write to the target's files; when all is written, its record appears.
   *
   * @param work gives the record
   * @throws io.shardwright.spi.error.CheckpointException if writing fails
   */
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
    var gone = new NoSuchFileException(folder.toString(), null, "was removed meanwhile");
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

  /**
   * Whether its target has been published, so that only the rest is to be removed: it has gone from
   * here, or is here under a second name.
   */
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

  /**
   * Refuses a run that would write the same target by itself.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if parts of it are there
   */
  void refuse() {
    if (isThere()) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          names.target().toString(),
          "parts of it are in '"
              + folder.getFileName()
              + "': complete them with 'finish', or remove that folder");
    }
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

  /**
   * Removes what a finisher left that was killed at its very end.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be removed
   */
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
