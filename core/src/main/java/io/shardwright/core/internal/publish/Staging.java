package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A target while it is being written: a file or folder beside its final name, {@code
 * .NAME.<random>.partial}. Closing it unpublished removes it. A lock file, {@code .NAME.lock},
 * keeps a second run away and tells a leftover of a killed run from one in use.
 */
public final class Staging implements OutputFiles, AutoCloseable {
  /** Larger writes are up to five times slower on Linux 6 with ext4, measured with dd too. */
  private static final int WRITE_BYTES = 256 << 10;

  private final Path target;
  private final Path staged;
  private final boolean overwrite;
  private final TargetLock lock;
  private final List<FileChannel> channels = new ArrayList<>();
  private final List<Path> paths = new ArrayList<>();

  private Staging(Path target, TargetLock lock, boolean overwrite) {
    this.target = target;
    this.lock = lock;
    this.overwrite = overwrite;
    this.staged = target.resolveSibling(lock.prefix() + UUID.randomUUID() + TargetLock.SUFFIX);
  }

  /**
   * Stages a target.
   *
   * @param files one with an empty path for a single file, else the files of a folder
   * @throws UnsafeCheckpointException if the target exists and may not be replaced
   * @throws CheckpointIoException if there is no room or the folder can't be written
   */
  public static Staging create(Path given, List<OutputFile> files, boolean overwrite) {
    Path target = given.toAbsolutePath().normalize();
    refuseExisting(target, overwrite);
    var staging = new Staging(target, TargetLock.take(target), overwrite);
    try {
      staging.open(files);
      return staging;
    } catch (IOException failure) {
      staging.close();
      throw staging.failed(failure);
    } catch (RuntimeException failure) {
      staging.close();
      throw failure;
    }
  }

  /** Bytes that are free where a target would lie; empty where nobody can tell. */
  public static OptionalLong free(Path given) {
    Path at = given.toAbsolutePath().normalize();
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    try {
      return at == null
          ? OptionalLong.empty()
          : OptionalLong.of(Files.getFileStore(at).getUsableSpace());
    } catch (IOException unknown) {
      return OptionalLong.empty();
    }
  }

  /**
   * Refuses a target that is there already.
   *
   * @throws UnsafeCheckpointException if it exists and may not be replaced
   */
  public static void refuseExisting(Path target, boolean overwrite) {
    if (Files.isSymbolicLink(target)) {
      throw exists(target, "is a symbolic link, expected a new name: give the link's own target");
    }
    if (!overwrite && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(target, "exists already: choose another name or allow --overwrite");
    }
  }

  private static UnsafeCheckpointException exists(Path target, String problem) {
    return new UnsafeCheckpointException(ErrorCode.TARGET_EXISTS, target.toString(), problem);
  }

  private void open(List<OutputFile> files) throws IOException {
    long needed = files.stream().mapToLong(OutputFile::size).reduce(0, Math::addExact);
    long free = Files.getFileStore(target.getParent()).getUsableSpace();
    if (needed > free) {
      throw new CheckpointIoException(
          ErrorCode.WRITE_FAILED,
          target.toString(),
          "needs "
              + needed
              + " bytes, but only "
              + free
              + " are free: make room or choose another disk");
    }
    if (files.isEmpty()) {
      Files.createDirectories(staged);
    }
    for (OutputFile file : files) {
      Path path = file.path().isEmpty() ? staged : staged.resolve(file.path());
      Files.createDirectories(path.getParent());
      paths.add(path);
      channels.add(
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
    }
  }

  /** Where the target lies until it is published. */
  public Path path() {
    return staged;
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    int limit = bytes.limit();
    try {
      long at = place.offset();
      while (bytes.position() < limit) {
        bytes.limit(Math.min(limit, bytes.position() + WRITE_BYTES));
        at += channels.get(place.file()).write(bytes, at);
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  @Override
  public boolean transfer(ByteSource source, long position, long bytes, Place place) {
    try (var channel = FileChannel.open(paths.get(place.file()), StandardOpenOption.WRITE)) {
      channel.position(place.offset());
      long done = 0;
      while (done < bytes) {
        long moved = source.transferTo(channel, position + done, bytes - done);
        if (moved <= 0) {
          return false;
        }
        done += moved;
      }
      return true;
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    try {
      long at = place.offset();
      while (bytes.hasRemaining()) {
        int count = channels.get(place.file()).read(bytes, at);
        if (count < 0) {
          throw new IOException("ends at byte " + at);
        }
        at += count;
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /** Closes the files, forced to disk where {@code sync}, so that they can be read by path. */
  public void seal(boolean sync) {
    try {
      for (FileChannel channel : channels) {
        if (sync) {
          channel.force(true);
        }
        channel.close();
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /** Moves the target to its final name. Without permission to overwrite, an existing one wins. */
  public void publish(boolean sync) {
    try {
      refuseExisting(target, overwrite);
      Publication.move(staged, target, overwrite);
      if (sync) {
        Publication.forceFolder(target.getParent());
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private CheckpointIoException failed(IOException failure) {
    return WriteFailure.of(target, failure);
  }

  @Override
  public void close() {
    try {
      for (FileChannel channel : channels) {
        channel.close();
      }
      Publication.delete(staged);
    } catch (IOException failure) {
      throw failed(failure);
    } finally {
      lock.close();
    }
  }
}
