package io.shardwright.core.internal.codec.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * The pieces and settings of a SentencePiece model that are needed here.
 *
 * @param pieces in the order of their ids
 * @param bpe whether it merges pairs
 * @param plain whether it takes text as it is, with a space put before it
 */
record SentencePieceModel(List<Piece> pieces, boolean bpe, boolean plain) {
  /** No vocabulary has more; each takes some hundred bytes here. */
  private static final long MOST = 1_000_000;

  private static final int PIECES = 1;
  private static final int TRAINER = 2;
  private static final int NORMALIZER = 3;
  private static final int TRAINER_MODEL_TYPE = 3;
  private static final int BPE = 2;
  private static final int CHARACTER_MAP = 2;
  private static final int DUMMY_PREFIX = 3;

  /** What a piece is. */
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER,
    UNUSED,
    BYTE
  }

  record Piece(String text, Kind kind) {}

  /** Reads a model; empty where the bytes are none. */
  static Optional<SentencePieceModel> read(ByteBuffer bytes) {
    if (pieces(bytes).orElse(Long.MAX_VALUE) > MOST) {
      return Optional.empty();
    }
    var pieces = new ArrayList<Piece>();
    var trainer = new ArrayList<ByteBuffer>();
    var normalizer = new ArrayList<ByteBuffer>();
    boolean message =
        ProtobufFields.each(
            bytes,
            (field, value) -> {
              if (field == PIECES && value.bytes() != null) {
                pieces.add(piece(value.bytes()));
              } else if (field == TRAINER && value.bytes() != null) {
                trainer.add(value.bytes());
              } else if (field == NORMALIZER && value.bytes() != null) {
                normalizer.add(value.bytes());
              }
            });
    if (!message || pieces.isEmpty()) {
      return Optional.empty();
    }
    boolean bpe = trainer.stream().anyMatch(t -> number(t, TRAINER_MODEL_TYPE, 1) == BPE);
    boolean plain =
        normalizer.stream().noneMatch(n -> hasBytes(n, CHARACTER_MAP))
            && normalizer.stream().allMatch(n -> number(n, DUMMY_PREFIX, 1) == 1);
    return Optional.of(new SentencePieceModel(pieces, bpe, plain));
  }

  private static Piece piece(ByteBuffer message) {
    var text = new StringBuilder();
    ProtobufFields.each(
        message,
        (field, value) -> {
          if (field == 1 && value.bytes() != null) {
            text.append(StandardCharsets.UTF_8.decode(value.bytes()));
          }
        });
    long kind = number(message, 3, 1);
    boolean known = kind >= 1 && kind <= Kind.values().length;
    return new Piece(text.toString(), known ? Kind.values()[(int) kind - 1] : Kind.UNUSED);
  }

  private static long number(ByteBuffer message, int wanted, long otherwise) {
    long[] found = {otherwise};
    ProtobufFields.each(
        message,
        (field, value) -> {
          if (field == wanted && value.bytes() == null) {
            found[0] = value.number();
          }
        });
    return found[0];
  }

  private static boolean hasBytes(ByteBuffer message, int wanted) {
    boolean[] found = {false};
    ProtobufFields.each(
        message,
        (field, value) ->
            found[0] |= field == wanted && value.bytes() != null && value.bytes().remaining() > 0);
    return found[0];
  }

  /** The number of pieces; empty where the bytes are no such message. */
  static OptionalLong pieces(ByteBuffer bytes) {
    long[] pieces = {0};
    boolean message =
        ProtobufFields.each(
            bytes, (field, value) -> pieces[0] += field == PIECES && value.bytes() != null ? 1 : 0);
    return message && pieces[0] > 0 ? OptionalLong.of(pieces[0]) : OptionalLong.empty();
  }

  /**
   * Reads the fields of a protobuf message.
   *
   * <pre>
   * message = field*
   * field   = tag value; tag = base-128 number: field number * 8 + wire type
   * value   = base-128 number (0) | 8 bytes (1) | length bytes (2) | 4 bytes (5)
   * </pre>
   */
  private static final class ProtobufFields {
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
}
