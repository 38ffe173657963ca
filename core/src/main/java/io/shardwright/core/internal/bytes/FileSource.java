package io.shardwright.core.internal.bytes;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
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
        throw new CheckpointIoException(
            ErrorCode.SOURCE_MISSING, name, "no such file: check the path");
      }
      channel = Files.newByteChannel(path, StandardOpenOption.READ);
      size = channel.size();
      modified = Files.getLastModifiedTime(path);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private CheckpointIoException failed(IOException failure) {
    return new CheckpointIoException(
        ErrorCode.READ_FAILED, name, "can't be read: " + failure.getMessage());
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
        throw new CheckpointIoException(
            ErrorCode.SOURCE_CHANGED, name, "changed while it was read: wait for its writer");
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
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
