package io.shardwright.core.internal.codec.tokenizer;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Reads the fields of a protobuf message.
 *
 * <pre>
 * message = field*
 * field   = tag value; tag = base-128 number: field number * 8 + wire type
 * value   = base-128 number (0) | 8 bytes (1) | length bytes (2) | 4 bytes (5)
 * </pre>
 */
final class ProtobufFields {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private ProtobufFields() {}

  /** A field's value: a number, or bytes. */
  record Value(long number, ByteBuffer bytes) {}

  /** Gives each field to a consumer; false where the bytes are no message. */
  static boolean each(ByteBuffer message, BiConsumer<Integer, Value> consumer) {
    ByteBuffer rest = message.slice();
    while (rest.hasRemaining()) {
      long tag = varint(rest);
      if (tag < 8 || tag >>> 3 > Integer.MAX_VALUE) {
        return false;
      }
      Optional<Value> value = value(rest, (int) (tag & 7));
      if (value.isEmpty()) {
        return false;
      }
      consumer.accept((int) (tag >>> 3), value.get());
    }
    return true;
  }

  private static Optional<Value> value(ByteBuffer rest, int wireType) {
    return switch (wireType) {
      case VARINT -> {
        long number = varint(rest);
        yield number < 0 ? Optional.empty() : Optional.of(new Value(number, null));
      }
      case FIXED64 -> bytes(rest, Long.BYTES);
      case BYTES -> bytes(rest, varint(rest));
      case FIXED32 -> bytes(rest, Integer.BYTES);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> bytes(ByteBuffer rest, long length) {
    if (length < 0 || length > rest.remaining()) {
      return Optional.empty();
    }
    ByteBuffer bytes = rest.slice(rest.position(), (int) length);
    rest.position(rest.position() + (int) length);
    return Optional.of(new Value(0, bytes));
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
