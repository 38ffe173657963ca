package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a pickle's arguments. Every length is compared with the bytes left before it is used. */
final class PickleCursor {
  private static final int BLOCK = 1 << 16;

  private final ByteSource source;
  private final PickleLimits limits;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
  private long blockStart;

  PickleCursor(ByteSource source, long start, PickleLimits limits) {
    this.source = source;
    this.limits = limits;
    this.blockStart = start;
    block.limit(0);
  }

  long position() {
    return blockStart + block.position();
  }

  long left() {
    return source.size() - position();
  }

  private void need(int count) {
    if (block.remaining() >= count) {
      return;
    }
    if (left() < count) {
      throw malformed("ends within an argument: " + count + " bytes expected, " + left() + " left");
    }
    blockStart = position();
    block.clear().limit((int) Math.min(BLOCK, source.size() - blockStart));
    source.readFully(block, blockStart);
    block.flip();
  }

  int u1() {
    need(1);
    return block.get() & 0xff;
  }

  int u2() {
    need(2);
    return block.getShort() & 0xffff;
  }

  int i4() {
    need(4);
    return block.getInt();
  }

  long u4() {
    return i4() & 0xffffffffL;
  }

  long u8() {
    need(8);
    long value = block.getLong();
    if (value < 0) {
      throw malformed("a length of 2^63 or more");
    }
    return value;
  }

  double bigEndianDouble() {
    need(8);
    return Double.longBitsToDouble(Long.reverseBytes(block.getLong()));
  }

  byte[] bytes(long length, long limit, String option) {
    if (length > limit) {
      throw new MalformedCheckpointException(
          ErrorCode.LIMIT_EXCEEDED,
          where(),
          length + " bytes, over the limit of " + limit + ": raise " + option + " if you trust it");
    }
    if (length < 0 || length > left()) {
      throw malformed("a length of " + length + " bytes where " + left() + " are left");
    }
    byte[] bytes = new byte[(int) length];
    int done = 0;
    while (done < bytes.length) {
      need(1);
      int count = Math.min(block.remaining(), bytes.length - done);
      block.get(bytes, done, count);
      done += count;
    }
    return bytes;
  }

  byte[] text(long length) {
    return bytes(length, limits.textBytes(), "--max-string-bytes");
  }

  /** A line without its end. */
  String line() {
    var line = new java.io.ByteArrayOutputStream();
    for (int next = u1(); next != '\n'; next = u1()) {
      line.write(next);
      if (line.size() > limits.textBytes()) {
        throw malformed("a line of over " + limits.textBytes() + " bytes");
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.PICKLE_MALFORMED, where(), problem);
  }

  private String where() {
    return source.name() + " at byte " + position();
  }
}
