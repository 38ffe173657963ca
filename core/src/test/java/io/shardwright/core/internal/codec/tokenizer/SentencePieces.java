package io.shardwright.core.internal.codec.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A SentencePiece BPE model that takes text as it is. */
final class SentencePieces {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  SentencePieces piece(String text) {
    return piece(text, 1);
  }

  /**
   * Adds a piece.
   *
   * @param kind as the format numbers it: 1 is an ordinary one, 4 one that a user defined
   */
  SentencePieces piece(String text, int kind) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var piece = new ByteArrayOutputStream();
    piece.write(0x0a);
    length(piece, bytes.length);
    piece.writeBytes(bytes);
    piece.write(0x18);
    piece.write(kind);
    out.write(0x0a);
    length(out, piece.size());
    out.writeBytes(piece.toByteArray());
    return this;
  }

  /** Adds runs of a text of all lengths up to one. */
  SentencePieces runs(String text, int longest) {
    for (int times = 1; times <= longest; times++) {
      piece(text.repeat(times));
    }
    return this;
  }

  private static void length(ByteArrayOutputStream out, int length) {
    out.write(length & 0x7f | 0x80);
    out.write(length >> 7);
  }

  ByteBuffer bytes() {
    out.writeBytes(new byte[] {0x12, 2, 0x18, 2});
    return ByteBuffer.wrap(out.toByteArray());
  }
}
