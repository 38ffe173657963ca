package io.shardwright.core.internal.codec.tokenizer;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Counts the pieces of a SentencePiece model. */
final class SentencePieceModel {
  private static final int PIECES = 1;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private SentencePieceModel() {}

  /** The number of pieces; empty where the bytes are no such message. */
  static OptionalLong pieces(ByteBuffer bytes) {
    long count = 0;
    while (bytes.hasRemaining()) {
      long tag = varint(bytes);
      long field = tag >>> 3;
      if (tag < 0 || field == 0 || !skip(bytes, (int) (tag & 7))) {
        return OptionalLong.empty();
      }
      count += field == PIECES ? 1 : 0;
    }
    return count > 0 ? OptionalLong.of(count) : OptionalLong.empty();
  }

  private static boolean skip(ByteBuffer bytes, int wireType) {
    return switch (wireType) {
      case VARINT -> varint(bytes) != -1;
      case FIXED64 -> advance(bytes, Long.BYTES);
      case BYTES -> advance(bytes, varint(bytes));
      case FIXED32 -> advance(bytes, Integer.BYTES);
      default -> false;
    };
  }

  private static boolean advance(ByteBuffer bytes, long count) {
    if (count < 0 || count > bytes.remaining()) {
      return false;
    }
    bytes.position(bytes.position() + (int) count);
    return true;
  }

  /** A base-128 number; -1 where there is none. */
  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < 63 && bytes.hasRemaining(); shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }
}
