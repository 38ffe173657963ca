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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The right to write one target. The kernel drops it when the process dies, so whatever is staged
 * under it is of a run that is no more. File systems without locks give none: there runs are not
 * kept apart, and what is found is nobody's to remove.
 */
final class TargetLock implements AutoCloseable {
  /** More than runs that begin and end at once. */
  private static final int ATTEMPTS = 1_000;

  /**
   * The lock files that this process has open, by real path. Nothing else may open one: closing any
   * channel to it would drop the lock (POSIX fcntl).
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private static final int MARK_BYTES = 36;
  private static final Pattern MARK = Pattern.compile("[0-9a-f-]{36}");

  private final Deque<Path> created;
  private final Optional<Held> held;

  private TargetLock(Deque<Path> created, Optional<Held> held) {
    this.created = created;
    this.held = held;
  }

  /** A lock file's channels: the one that is locked, and the one that its name leads to. */
  private record Held(Path path, Path real, FileChannel locked, FileChannel named) {
    void release() {
      try (locked;
          named) {
        Files.deleteIfExists(path);
      } catch (IOException harmless) {
        // A lock file that nobody holds keeps nobody away.
      } finally {
        OPEN.remove(real);
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
    Path lock = names.lock();
    Path real = lock.getParent().toRealPath().resolve(lock.getFileName());
    if (!OPEN.add(real)) {
      throw taken(names);
    }
    try {
      return held(names, real);
    } catch (IOException | RuntimeException refusal) {
      OPEN.remove(real);
      throw refusal;
    }
  }

  private static Held held(Siblings names, Path real) throws IOException {
    var problem = new IOException(names.lock() + " is not what was written to it");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        FileChannel locked = hold(names);
        Optional<FileChannel> named = reopen(names.lock(), locked);
        if (named.isPresent()) {
          return new Held(names.lock(), real, locked, named.get());
        }
      } catch (NoSuchFileException removed) {
        problem = removed; // Whoever had it is done, or no file can be made there, as in /proc.
      }
    }
    throw problem;
  }

  /** Whether the file system has locks, so that this one is held. */
  boolean isHeld() {
    return held.isPresent();
  }

  private static FileChannel hold(Siblings names) throws IOException {
    FileChannel channel = open(names);
    if (!locked(channel)) {
      channel.close();
      throw taken(names);
    }
    return channel;
  }

  private static UnsafeCheckpointException taken(Siblings names) {
    return new UnsafeCheckpointException(
        ErrorCode.TARGET_EXISTS,
        names.target().toString(),
        "is being written by another run: wait for it or choose another name");
  }

  /** Opened to read and write, a pipe that took the name meanwhile does not block. */
  private static FileChannel open(Siblings names) throws IOException {
    try {
      return open(names.lock(), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException present) {
      new OwnFiles(names).requireFile(names.lock());
      return open(names.lock());
    }
  }

  private static FileChannel open(Path lock, OpenOption... more) throws IOException {
    var how = new HashSet<OpenOption>(List.of(more));
    how.add(StandardOpenOption.READ);
    how.add(StandardOpenOption.WRITE);
    how.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(lock, how);
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
   * have the name still: its mark is read by its name. That channel stays open too, for closing it
   * would drop the lock (POSIX fcntl).
   */
  private static Optional<FileChannel> reopen(Path path, FileChannel held) throws IOException {
    FileChannel named = null;
    try {
      ByteBuffer mark = mark(path, held);
      named = open(path);
      if (read(named).equals(mark)) {
        return Optional.of(named);
      }
      close(held, named);
      return Optional.empty();
    } catch (NoSuchFileException | UnsafeCheckpointException notHeld) {
      close(held, named);
      throw notHeld;
    } catch (IOException failure) {
      close(held, named);
      Files.deleteIfExists(path);
      throw failure;
    }
  }

  private static void close(FileChannel held, FileChannel named) throws IOException {
    try (held;
        named) {
      // Both, whatever one of them says.
    }
  }

  /** That of a killed run stays, unless it was lost with the power. */
  private static ByteBuffer mark(Path path, FileChannel held) throws IOException {
    if (held.size() != 0 && held.size() != MARK_BYTES) {
      throw OwnFiles.refusal(path, "is not a lock of a run");
    }
    ByteBuffer found = read(held);
    if (MARK.matcher(US_ASCII.decode(found.duplicate())).matches()) {
      return found;
    }
    ByteBuffer mark = ByteBuffer.wrap(UUID.randomUUID().toString().getBytes(US_ASCII));
    while (mark.hasRemaining()) {
      held.write(mark, mark.position());
    }
    return mark.flip();
  }

  private static ByteBuffer read(FileChannel channel) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(MARK_BYTES);
    while (read.hasRemaining() && channel.read(read, read.position()) > 0) {
      // The rest.
    }
    return read.flip();
  }

  private static void createFolders(Path folder, Deque<Path> created) throws IOException {
    if (!Files.isDirectory(folder)) {
      createFolders(folder.getParent(), created);
      try {
        Files.createDirectory(folder);
        created.push(folder);
      } catch (FileAlreadyExistsException another) {
        if (!Files.isDirectory(folder)) {
          throw new NotDirectoryException(folder.toString());
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
