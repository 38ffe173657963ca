package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads ranges of one object. Several threads read at a time. {@link Retries} calls it again for
 * what a failed attempt has left.
 */
interface RangeReader extends AutoCloseable {
  /** The object's address without any secret, for messages. */
  String where();

  /** Bytes of the object. */
  long size();

  /**
   * Reads a range, once. What has come stands in the buffer, whatever happens then.
   *
   * @param from the first byte
   * @param into its remaining space is the range, which lies inside of the object
   * @throws IOException for what may be better in a while: no connection, a reset, a stall, a body
   *     that is short, a server that is busy ({@link Busy})
   * @throws io.shardwright.spi.error.CheckpointException for what will not be: no access, another
   *     size or version than the object had when it was opened
   */
  void read(long from, ByteBuffer into) throws IOException;

  /** The refusal of an object that is not what it was when it was opened. */
  static CheckpointIoException changed(String where) {
    return new CheckpointIoException(
        ErrorCode.SOURCE_CHANGED,
        where,
        "changed while it was read: wait until the other program has finished");
  }

  /** The refusal of an object of which a server gives other bytes than it was asked for. */
  static UnsupportedCheckpointException noRanges(String where) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        where,
        "the server gives no ranges of a file: copy it to a disk first");
  }

  /** The object's SHA-256, as its store states it, in hexadecimal. */
  default Optional<String> sha256() {
    return Optional.empty();
  }

  @Override
  default void close() {}
}
