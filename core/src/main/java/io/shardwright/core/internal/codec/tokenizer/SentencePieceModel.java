package io.shardwright.core.internal.codec.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The pieces and settings of a SentencePiece model that are needed here.
 *
 * @param pieces in the order of their ids
 * @param bpe whether it merges pairs
 * @param plain whether it takes text as it is, with a space put before it
 * @param roles the pieces that it calls padding, beginning and end, by the names that they have in
 *     NeMo where a model has none
 */
record SentencePieceModel(
    List<Piece> pieces, boolean bpe, boolean plain, Map<String, String> roles) {
  /** No vocabulary has more; each takes some hundred bytes here. */
  private static final long MOST = 1_000_000;

  private static final int PIECES = 1;
  private static final int TRAINER = 2;
  private static final int NORMALIZER = 3;
  private static final int TRAINER_MODEL_TYPE = 3;
  private static final int BPE = 2;
  private static final int CHARACTER_MAP = 2;
  private static final int DUMMY_PREFIX = 3;
  private static final Map<String, Role> ROLES =
      Map.of(
          "<bos>", new Role(46, "<s>"),
          "<eos>", new Role(47, "</s>"),
          "<pad>", new Role(48, "<pad>"));

  /** What a trainer's field calls a piece, and its name where the field is absent. */
  private record Role(int field, String otherwise) {}

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
    return Optional.of(new SentencePieceModel(pieces, bpe, plain, roles(trainer)));
  }

  private static Map<String, String> roles(List<ByteBuffer> trainer) {
    var roles = new HashMap<String, String>();
    ROLES.forEach((name, role) -> roles.put(name, role.otherwise()));
    trainer.forEach(
        message ->
            ProtobufFields.each(
                message,
                (field, value) ->
                    ROLES.forEach(
                        (name, role) -> {
                          if (role.field() == field && value.bytes() != null) {
                            roles.put(name, text(value.bytes()));
                          }
                        })));
    return roles;
  }

  /**
   * The names that need no token of their own: those of the pieces, and of roles that a control
   * piece other than the first has.
   */
  Set<String> names() {
    var names = new HashSet<String>();
    pieces.forEach(piece -> names.add(piece.text()));
    pieces.stream()
        .skip(1)
        .filter(piece -> piece.kind() == Kind.CONTROL)
        .forEach(
            piece ->
                roles.forEach(
                    (name, own) -> {
                      if (own.equals(piece.text())) {
                        names.add(name);
                      }
                    }));
    return names;
  }

  private static Piece piece(ByteBuffer message) {
    var text = new StringBuilder();
    ProtobufFields.each(
        message,
        (field, value) -> {
          if (field == 1 && value.bytes() != null) {
            text.append(text(value.bytes()));
          }
        });
    long kind = number(message, 3, 1);
    boolean known = kind >= 1 && kind <= Kind.values().length;
    return new Piece(text.toString(), known ? Kind.values()[(int) kind - 1] : Kind.UNUSED);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
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
