package io.shardwright.core.internal.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;

/**
 * The right to write one target. The kernel drops it when the process dies, so whatever is staged
 * under it is of a run that is no more. File systems without locks give none: there runs are not
 * kept apart, and what is found is nobody's to remove.
 */
final class TargetLock implements AutoCloseable {
  /** More than runs that begin and end at once. */
  private static final int ATTEMPTS = 1_000;

  private final Deque<Path> created;
  private final Optional<Held> held;

  private TargetLock(Deque<Path> created, Optional<Held> held) {
    this.created = created;
    this.held = held;
  }

  /** A lock file's channels: the one that is locked, and the one that its name leads to. */
  private record Held(Path path, FileChannel locked, FileChannel named) {
    void release() {
      try (locked;
          named) {
        Files.deleteIfExists(path);
      } catch (IOException harmless) {
        // A lock file that nobody holds keeps nobody away.
      }
    }
  }

  /**
   * Takes the lock, where the file system has locks. Folders that lack on the way to the target are
   * made.
   *
   * @throws UnsafeCheckpointException if another run holds it
   * @throws CheckpointIoException if the folder can't be written
   */
  static TargetLock take(Siblings names, WriteFailure failure) {
    var created = new ArrayDeque<Path>();
    try {
      createFolders(names.target().getParent(), created);
      boolean lockable = Disk.holds(names.target());
      return new TargetLock(created, lockable ? Optional.of(held(names)) : Optional.empty());
    } catch (IOException problem) {
      removeEmpty(created);
      throw failure.of(problem);
    }
  }

  private static Held held(Siblings names) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      FileChannel locked = hold(names);
      Optional<FileChannel> named = reopen(names.lock(), locked);
      if (named.isPresent()) {
        return new Held(names.lock(), locked, named.get());
      }
    }
    throw new IOException(names.lock() + " is not what was written to it");
  }

  /** Whether the file system has locks, so that this one is held. */
  boolean isHeld() {
    return held.isPresent();
  }

  private static FileChannel hold(Siblings names) throws IOException {
    FileChannel channel =
        FileChannel.open(names.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(channel)) {
      channel.close();
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          names.target().toString(),
          "is being written by another run: wait for it or choose another name");
    }
    return channel;
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldHere) {
      return false;
    }
  }

  /**
   * Whoever had the lock before removed the file with it, so the one that is locked must be seen to
   * have the name still: what is written to it is read by its name. That channel stays open too,
   * for closing it would drop the lock (POSIX fcntl).
   */
  private static Optional<FileChannel> reopen(Path path, FileChannel held) throws IOException {
    try {
      ByteBuffer mark = ByteBuffer.wrap(UUID.randomUUID().toString().getBytes(US_ASCII));
      while (mark.hasRemaining()) {
        held.write(mark, mark.position());
      }
      FileChannel named = FileChannel.open(path, StandardOpenOption.READ);
      if (read(named, mark.capacity()).equals(mark.flip())) {
        return Optional.of(named);
      }
      named.close();
    } catch (NoSuchFileException removed) {
      // Once more, then.
    } catch (IOException failure) {
      release(path, held);
      throw failure;
    }
    held.close();
    return Optional.empty();
  }

  private static ByteBuffer read(FileChannel channel, int bytes) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(bytes);
    while (read.hasRemaining() && channel.read(read, read.position()) > 0) {
      // The rest.
    }
    return read.flip();
  }

  private static void release(Path path, FileChannel held) throws IOException {
    try (held) {
      Files.deleteIfExists(path);
    }
  }

  private static void createFolders(Path folder, Deque<Path> created) throws IOException {
    if (!Files.isDirectory(folder)) {
      createFolders(folder.getParent(), created);
      try {
        Files.createDirectory(folder);
        created.push(folder);
      } catch (FileAlreadyExistsException another) {
        if (!Files.isDirectory(folder)) {
          throw another;
        }
      }
    }
  }

  /** Makes the folders that were made durable. */
  void forceFolders() throws IOException {
    for (Path folder : created) {
      Publication.forceFolder(folder.getParent());
    }
  }

  /** Removes the folders that were made, if nothing came into them. */
  void removeFolders() {
    removeEmpty(created);
  }

  private static void removeEmpty(Deque<Path> created) {
    try {
      for (Path folder : created) {
        Files.delete(folder);
      }
    } catch (IOException used) {
      // Others may write there too.
    }
  }

  @Override
  public void close() {
    held.ifPresent(Held::release);
  }
}
