package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a pickle's arguments. Every length is compared with the bytes left before it is used. */
final class PickleCursor {
  private static final int BLOCK = 1 << 16;

  private final ByteSource source;
  private final Guard guard;
  private final long maxOperations;
  private final ByteBuffer block;
  private long operations;
  private long blockStart;

  PickleCursor(ByteSource source, long start, Guard guard) {
    this.source = source;
    this.guard = guard;
    this.maxOperations = guard.limit(Limit.PICKLE_OPS);
    this.blockStart = start;
    int room = (int) Math.max(Long.BYTES, Math.min(BLOCK, source.size() - start));
    block = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /** Counts an operation, or a part of one that could be long. */
  void step() {
    if (++operations > maxOperations) {
      throw Guard.over(Limit.PICKLE_OPS, operations, maxOperations, where());
    }
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
    block.clear().limit((int) Math.min(block.capacity(), source.size() - blockStart));
    guard.unpack(block.limit(), source.packed(blockStart, block.limit()), source.name());
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

  /** So many bytes. They are there before room is made for them. */
  byte[] bytes(long length, Limit limit) {
    if (length < 0 || length > left()) {
      throw malformed("a length of " + length + " bytes where " + left() + " are left");
    }
    if (length > guard.limit(limit)) {
      throw Guard.over(limit, length, guard.limit(limit), where());
    }
    keep(length);
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

  /** Passes over bytes, which must be there. */
  void skip(long length) {
    if (length > left()) {
      throw malformed("a length of " + length + " bytes where " + left() + " are left");
    }
    long rest = length;
    while (rest > 0) {
      need(1);
      int count = (int) Math.min(block.remaining(), rest);
      block.position(block.position() + count);
      rest -= count;
    }
  }

  byte[] text(long length) {
    return bytes(length, Limit.STRING_BYTES);
  }

  /** A line without its end. */
  byte[] line() {
    long limit = guard.limit(Limit.STRING_BYTES);
    var line = new ByteArrayOutputStream();
    for (boolean ended = false; !ended; ) {
      need(1);
      int count = untilLineEnd();
      if (line.size() + count > limit) {
        throw Guard.over(Limit.STRING_BYTES, line.size() + count, limit, where());
      }
      line.write(block.array(), block.position(), count);
      block.position(block.position() + count);
      ended = block.hasRemaining();
    }
    block.get();
    keep(line.size());
    return line.toByteArray();
  }

  /** How many bytes of the block are before a line's end, or left. */
  private int untilLineEnd() {
    byte[] bytes = block.array();
    int at = block.position();
    while (at < block.limit() && bytes[at] != '\n') {
      at++;
    }
    return at - block.position();
  }

  /** A line of ASCII without its end. */
  String asciiLine() {
    byte[] line = line();
    for (byte character : line) {
      if (character < 0) {
        throw malformed("a line that is not ASCII");
      }
    }
    return new String(line, StandardCharsets.US_ASCII);
  }

  /** Counts memory that a value takes. */
  void keep(long bytes) {
    guard.take(bytes, source.name());
  }

  Guard guard() {
    return guard;
  }

  MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.PICKLE_MALFORMED, where(), problem);
  }

  String where() {
    return source.name() + " at byte " + position();
  }
}
