package io.shardwright.core.internal.codec.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

  /** One piece. */
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
}
