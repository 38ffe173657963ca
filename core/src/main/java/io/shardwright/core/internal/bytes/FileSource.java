package io.shardwright.core.internal.bytes;

import io.shardwright.spi.channel.PositionalChannel;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An open file as a byte source. It remembers the file's state at opening, so that a change can be
 * noticed.
 */
public final class FileSource implements ByteSource, AutoCloseable {
  /**
   * Elsewhere the JDK would map the source, which ends the process if the file is cut meanwhile.
   */
  private static final boolean KERNEL_MOVES = System.getProperty("os.name").equals("Linux");

  private final Path path;
  private final String name;
  private final SeekableByteChannel channel;
  private final long size;
  private final State state;

  /**
   * Opens a regular file.
   *
   * @param name for messages
   * @throws CheckpointIoException if there is no such regular file or it can't be read
   */
  public FileSource(Path path, String name) {
    this.path = path;
    this.name = name;
    try {
      if (!Files.isRegularFile(path)) {
        throw new CheckpointIoException(ErrorCode.SOURCE_MISSING, name, missing(path));
      }
      channel = Files.newByteChannel(path, StandardOpenOption.READ);
      size = channel.size();
      state = State.of(path);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static String missing(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isDirectory()
          ? "is a folder, expected a file: check the path"
          : "is not a regular file but a pipe or a device: copy it to a file first";
    } catch (NoSuchFileException absent) {
      return Absence.of(path, "file");
    }
  }

  private CheckpointIoException failed(IOException failure) {
    return ReadFailure.of(name, "read", failure);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    try {
      if (channel instanceof FileChannel file) {
        return file.read(target, position);
      }
      return channel instanceof PositionalChannel remote
          ? remote.read(target, position)
          : seek(target, position);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  @Override
  public void expect(long position, long length) {
    if (channel instanceof PositionalChannel remote) {
      remote.expect(position, length);
    }
  }

  /** Other file systems' channels have one position, which threads must share. */
  private synchronized int seek(ByteBuffer target, long position) throws IOException {
    return channel.position(position).read(target);
  }

  @Override
  public long transferTo(FileChannel target, long position, long bytes) throws IOException {
    return KERNEL_MOVES && channel instanceof FileChannel file
        ? file.transferTo(position, bytes, target)
        : 0;
  }

  public Path path() {
    return path;
  }

  /** One file of each folder, and every link: what holds for their places holds for all. */
  public static List<FileSource> places(Collection<FileSource> files) {
    var folders = new HashSet<Path>();
    return files.stream()
        .filter(
            file ->
                Files.isSymbolicLink(file.path)
                    || folders.add(file.path.toAbsolutePath().normalize().getParent()))
        .toList();
  }

  /** Whether it is on a disk where {@link #requireUnchanged} may not notice a write. */
  public boolean mayHideWrites() {
    return Disk.holds(path) && !state.tellsOfWrites(path);
  }

  /**
   * Refuses if the file is no longer the one that was opened. Opening it again has a file server
   * asked, whose answers are remembered for a while otherwise.
   *
   * @throws CheckpointIoException if it has another size or times, or is another file
   */
  public void requireUnchanged() {
    try (var again = Files.newByteChannel(path, StandardOpenOption.READ)) {
      if (channel.size() != size || again.size() != size || !State.of(path).equals(state)) {
        throw refusal("changed while it was read: wait until the other program has finished");
      }
    } catch (NoSuchFileException vanished) {
      throw refusal("was removed while it was read: restore it");
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /**
   * Refuses a file whose bytes do not have the SHA-256 that whoever keeps it states; reads all of
   * it.
   *
   * @throws MalformedCheckpointException if they have another
   */
  public void requireStatedSum() {
    Optional<String> stated =
        channel instanceof PositionalChannel remote ? remote.sha256() : Optional.empty();
    stated.ifPresent(this::requireSum);
  }

  /** Refuses a file whose bytes have another SHA-256. */
  public void requireSum(String stated) {
    String found = ContentHash.sha256(this);
    if (!found.equals(stated)) {
      throw new MalformedCheckpointException(
          ErrorCode.CHECKSUM_MISMATCH,
          name,
          "has the SHA-256 " + found + ", expected " + stated + ": fetch the file again");
    }
  }

  private CheckpointIoException refusal(String problem) {
    return new CheckpointIoException(ErrorCode.SOURCE_CHANGED, name, problem);
  }

  /** Its time of change as whoever owns it says. */
  public FileTime modified() {
    return state.modified();
  }

  /** Its time of change as the kernel says, or its version as a store says; empty where neither. */
  public Optional<String> changed() {
    return state.changed().map(Object::toString);
  }

  /**
   * Tells whether two runs read the same file: where it is, its size, its times. Another machine
   * may know the disk that it is on by another number.
   */
  @Override
  public String toString() {
    String times = modified() + changed().map(time -> ", " + time).orElse("");
    Path whole = path.toAbsolutePath().normalize();
    // What its file system hands to others: of a branch, the commit that it was.
    Object place = Disk.holds(path) ? whole : whole.toUri();
    return place + " of " + size + " bytes, " + times;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /**
   * What tells a file from what it was.
   *
   * @param size in bytes
   * @param modified when it was written, as whoever owns it says
   * @param changed when it was written or renamed, as the kernel says, or which version of an
   *     object it is, as a store says; empty where nobody does
   * @param key which file it is, on Unix device and inode; null where nothing tells
   */
  private record State(long size, FileTime modified, Optional<Object> changed, Object key) {
    /**
     * File systems whose kernel or server notes the time of every change, writes through memory
     * included. On others (shared memory, FUSE, Windows) a writer can leave no trace.
     */
    private static final Set<String> NOTE_CHANGES =
        Set.of(
            "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "apfs", "hfs", "nfs",
            "nfs4", "lustre", "gpfs", "ceph", "beegfs");

    static State of(Path path) throws IOException {
      var basic = Files.readAttributes(path, BasicFileAttributes.class);
      boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
      Optional<Object> changed =
          unix
              ? Optional.of(Files.getAttribute(path, "unix:ctime"))
              : Optional.ofNullable(basic.fileKey()).filter(key -> !Disk.holds(path));
      return new State(basic.size(), basic.lastModifiedTime(), changed, basic.fileKey());
    }

    /** Whether a file that is written to has another state then. */
    boolean tellsOfWrites(Path path) {
      try {
        String type = Files.getFileStore(path).type().toLowerCase(Locale.ROOT);
        return changed.isPresent() && NOTE_CHANGES.contains(type);
      } catch (IOException | UnsupportedOperationException unknown) {
        return false;
      }
    }
  }
}
