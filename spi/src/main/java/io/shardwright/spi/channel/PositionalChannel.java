package io.shardwright.spi.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/**
 * A channel that any number of threads read at any position, as they read a {@link
 * java.nio.channels.FileChannel}. Channels of other kinds are read by one thread at a time.
 */
public interface PositionalChannel extends SeekableByteChannel {
  /**
   * Reads at least one byte into the buffer's remaining space. The channel's own position is left
   * alone.
   *
   * @param target where the bytes go
   * @param position of the first byte
   * @return bytes read, or -1 at the end
   * @throws IOException if reading fails
   * @throws io.shardwright.spi.error.CheckpointException if reading fails for a reason with a code
   *     of its own
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Says that a range will be read soon, nearly all of it, mostly from front to back. A channel may
   * fetch it ahead; what is outside of it need not be.
   *
   * @param position of the first byte
   * @param length in bytes
   */
  default void expect(long position, long length) {}

  /**
   * What whoever keeps the bytes says that their SHA-256 is.
   *
   * @return of all bytes, in lower-case hexadecimal digits; empty where nobody says
   */
  default Optional<String> sha256() {
    return Optional.empty();
  }
}
