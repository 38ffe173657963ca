package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian fields at positions of a zip, each checked to lie inside it. */
record ZipFields(ByteSource source) {
  ByteBuffer at(long offset, long length) {
    if (offset < 0 || length < 0 || length > source.size() || offset > source.size() - length) {
      throw malformed(
          offset,
          "a structure of " + length + " bytes ends outside the " + source.size() + " there are");
    }
    if (length > Integer.MAX_VALUE) {
      throw malformed(offset, "a structure of " + length + " bytes");
    }
    var buffer = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    source.readFully(buffer, offset);
    return buffer.flip();
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
