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
import java.nio.file.attribute.FileTime;

/** A file, opened once. Its size and time are remembered, so that a change can be noticed. */
public final class FileSource implements ByteSource, AutoCloseable {
  /**
   * Elsewhere the JDK would map the source, which ends the process if the file is cut meanwhile.
   */
  private static final boolean KERNEL_MOVES = System.getProperty("os.name").equals("Linux");

  private final Path path;
  private final String name;
  private final SeekableByteChannel channel;
  private final long size;
  private final FileTime modified;
  private final Object changed;

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
      modified = Files.getLastModifiedTime(path);
      changed = changed(path);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /** Unix keeps a time that no copy and no {@code touch} sets. */
  private static Object changed(Path path) throws IOException {
    boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
    return Files.getAttribute(path, unix ? "unix:ctime" : "lastModifiedTime");
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

  /**
   * Refuses if the file is no longer the one that was opened.
   *
   * @throws CheckpointIoException if its size or time changed
   */
  public void requireUnchanged() {
    try {
      if (channel.size() != size || !Files.getLastModifiedTime(path).equals(modified)) {
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

  /** Tells whether two runs read the same file: where it is, its size, its times. */
  @Override
  public String toString() {
    Path place = path.toAbsolutePath().normalize();
    return place + " of " + size + " bytes at " + modified + ", " + changed;
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
