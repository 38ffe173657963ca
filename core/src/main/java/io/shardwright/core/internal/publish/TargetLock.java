package io.shardwright.core.internal.publish;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to write one target. The kernel drops it when the process dies, so whatever staging
 * files are found under it are leftovers of a killed run and are removed.
 */
final class TargetLock implements AutoCloseable {
  /** What the name of a staged target ends in. */
  static final String SUFFIX = ".partial";

  private final Path target;
  private final Path path;
  private final FileChannel channel;

  private TargetLock(Path target, Path path, FileChannel channel) {
    this.target = target;
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes the lock and removes leftovers.
   *
   * @throws UnsafeCheckpointException if another run holds it
   * @throws CheckpointIoException if the folder can't be written
   */
  static TargetLock take(Path target) {
    Path path = target.resolveSibling("." + target.getFileName() + ".lock");
    try {
      Files.createDirectories(target.getParent());
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new UnsafeCheckpointException(
            ErrorCode.TARGET_EXISTS,
            target.toString(),
            "is being written by another run: wait for it or choose another name");
      }
      var lock = new TargetLock(target, path, channel);
      lock.removeLeftovers();
      return lock;
    } catch (IOException failure) {
      throw WriteFailure.of(target, failure);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldHere) {
      return false;
    }
  }

  /** What the name of a staged target begins with. */
  String prefix() {
    return "." + target.getFileName() + ".";
  }

  private void removeLeftovers() throws IOException {
    DirectoryStream.Filter<Path> staged =
        entry -> {
          String name = entry.getFileName().toString();
          return name.startsWith(prefix()) && name.endsWith(SUFFIX);
        };
    try (var leftovers = Files.newDirectoryStream(target.getParent(), staged)) {
      for (Path leftover : leftovers) {
        Publication.delete(leftover);
      }
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
      channel.close();
    } catch (IOException failure) {
      throw WriteFailure.of(target, failure);
    }
  }
}
