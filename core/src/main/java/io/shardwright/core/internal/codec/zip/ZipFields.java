package io.shardwright.core.internal.codec.zip;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads little-endian fields at positions of a zip, each checked to lie inside it. For use by one
 * thread, since it keeps a buffer.
 */
final class ZipFields {
  /** An entry's descriptor, and the next one's local header with name and padding. */
  private static final int WINDOW = 256;

  private final ByteSource source;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private long windowAt;

  ZipFields(ByteSource source) {
    this.source = source;
  }

  ByteSource source() {
    return source;
  }

  ByteBuffer at(long offset, long length) {
    if (offset < 0 || length < 0 || length > source.size() || offset > source.size() - length) {
      throw malformed(
          offset,
          "a structure of " + length + " bytes ends outside the " + source.size() + " there are");
    }
    if (length > Integer.MAX_VALUE) {
      throw malformed(offset, "a structure of " + length + " bytes");
    }
    if (offset < windowAt || offset + length > windowAt + window.limit()) {
      // What was handed out stays as it is.
      window =
          ByteBuffer.allocate((int) Math.max(length, Math.min(WINDOW, source.size() - offset)));
      windowAt = offset;
      source.readFully(window, offset);
      window.flip();
    }
    return window.slice((int) (offset - windowAt), (int) length).order(ByteOrder.LITTLE_ENDIAN);
  }

  MalformedCheckpointException malformed(long offset, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.ZIP_MALFORMED, source.name() + " at byte " + offset, problem);
  }

  static int u2(ByteBuffer buffer, int at) {
    return buffer.getShort(at) & 0xffff;
  }

  static long u4(ByteBuffer buffer, int at) {
    return buffer.getInt(at) & 0xffffffffL;
  }
}
