package io.shardwright.core.internal.bytes;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/** A sequence of bytes that any number of threads can read at any position. */
public interface ByteSource {
  /** Where the bytes lie, for messages: {@code model.nemo!model_weights.ckpt}. */
  String name();

  /** Number of bytes. */
  long size();

  /**
   * Reads at least one byte into the buffer's remaining space.
   *
   * @return bytes read, or -1 at the end
   * @throws CheckpointIoException if the device fails
   */
  int read(ByteBuffer target, long position);

  /**
   * Fills the buffer's remaining space.
   *
   * @throws CheckpointIoException if the source ends first
   */
  default void readFully(ByteBuffer target, long position) {
    long at = position;
    while (target.hasRemaining()) {
      int count = read(target, at);
      if (count < 0) {
        throw new CheckpointIoException(
            ErrorCode.READ_FAILED,
            name(),
            "ends at byte " + size() + ", " + target.remaining() + " bytes too early");
      }
      at += count;
    }
  }

  /**
   * Says that a range will be read soon, nearly all of it, so that it can be fetched ahead from
   * where that takes long.
   */
  default void expect(long position, long length) {}

  /** Takes a block of a source. */
  interface Reader {
    /** Takes the buffer's remaining bytes, which stand at an offset of the source. */
    void take(ByteBuffer block, long offset);
  }

  /**
   * Reads everything from front to back, a buffer at a time.
   *
   * @throws CheckpointIoException if the source can't be read
   */
  default void readAll(ByteBuffer buffer, Reader reader) {
    expect(0, size());
    for (long at = 0; at < size(); at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size() - at));
      readFully(buffer, at);
      reader.take(buffer.flip(), at);
    }
  }

  /**
   * Lets the kernel move bytes to where a channel stands.
   *
   * @return bytes moved; 0 where that is not possible
   * @throws IOException if reading or writing fails
   */
  default long transferTo(FileChannel target, long position, long bytes) throws IOException {
    return 0;
  }

  /** How many bytes of a file stand for a part of these: fewer where it was packed. */
  default long packed(long offset, long length) {
    return length;
  }

  /** The CRC-32 that the file states for just these bytes, which it may have to be asked for. */
  default OptionalLong statedCrc() {
    return OptionalLong.empty();
  }

  /** Where the bytes come from: a slice's, from what it was cut. */
  default Origin origin() {
    return new Origin(this, 0);
  }

  /**
   * A place in bytes that are no part of others.
   *
   * @param offset of the first byte
   */
  record Origin(ByteSource whole, long offset) {}

  /** A part of these bytes as a source of its own. The range must lie inside. */
  default ByteSource slice(long offset, long length, String name) {
    return new Slice(this, offset, length, name, false);
  }

  /** The same with a name of its own behind these bytes' and an exclamation mark. */
  default ByteSource member(long offset, long length, String own) {
    return new Slice(this, offset, length, own, true);
  }
}
