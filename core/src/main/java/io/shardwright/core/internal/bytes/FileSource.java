package io.shardwright.core.internal.bytes;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/** A file, opened once. What it was then is remembered, so that a change can be noticed. */
public final class FileSource implements ByteSource, AutoCloseable {
  /**
   * Elsewhere the JDK would map the source, which ends the process if the file is cut meanwhile.
   */
  private static final boolean KERNEL_MOVES = System.getProperty("os.name").equals("Linux");

  private final Path path;
  private final String name;
  private final SeekableByteChannel channel;
  private final long size;
  private final FileState state;

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
      state = FileState.of(path);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static String missing(Path path) {
    if (Files.isDirectory(path)) {
      return "is a folder, expected a file: check the path";
    }
    return Files.exists(path)
        ? "is no regular file but a pipe or a device: copy it to a file first"
        : "no such file: check the path";
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
      return channel instanceof FileChannel file
          ? file.read(target, position)
          : seek(target, position);
    } catch (IOException failure) {
      throw failed(failure);
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

  /** Where it is. */
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
      if (channel.size() != size || again.size() != size || !FileState.of(path).equals(state)) {
        throw refusal("changed while it was read: wait for its writer");
      }
    } catch (NoSuchFileException vanished) {
      throw refusal("was removed while it was read: put it back");
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private CheckpointIoException refusal(String problem) {
    return new CheckpointIoException(ErrorCode.SOURCE_CHANGED, name, problem);
  }

  /** Tells whether two runs read the same file: where it is, which it is, its size, its times. */
  @Override
  public String toString() {
    return path.toAbsolutePath().normalize() + " of " + size + " bytes, " + state;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw failed(failure);
    }
  }
}
