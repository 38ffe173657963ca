package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.guard.WholeText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Encodes and decodes UTF-8 with Python's {@code surrogatepass}: a lone surrogate is three bytes,
 * ED A0..BF xx. Two in a row that Java would join to one character, and Python would not, are
 * refused.
 */
final class Utf8 {
  private static final int BLOCK = 8192;

  private Utf8() {}

  static Optional<String> decode(byte[] bytes) {
    return strict(bytes).or(() -> decodeSurrogates(bytes));
  }

  /** UTF-8 without lone surrogates. */
  static Optional<String> strict(byte[] bytes) {
    return strict(bytes, 0, bytes.length);
  }

  private static Optional<String> decodeSurrogates(byte[] bytes) {
    var text = new StringBuilder();
    int plain = 0;
    for (int at = 0; at + 2 < bytes.length; at++) {
      if (isSurrogate(bytes, at)) {
        var before = strict(bytes, plain, at);
        if (before.isEmpty()) {
          return Optional.empty();
        }
        text.append(before.get());
        char half = (char) (0xd000 | (bytes[at + 1] & 0x3f) << 6 | bytes[at + 2] & 0x3f);
        boolean joins =
            Character.isLowSurrogate(half)
                && plain == at
                && text.length() > 0
                && Character.isHighSurrogate(text.charAt(text.length() - 1));
        if (joins) {
          return Optional.empty();
        }
        text.append(half);
        at += 2;
        plain = at + 1;
      }
    }
    return strict(bytes, plain, bytes.length).map(rest -> text + rest);
  }

  private static boolean isSurrogate(byte[] bytes, int at) {
    return (bytes[at] & 0xff) == 0xed
        && (bytes[at + 1] & 0xe0) == 0xa0
        && (bytes[at + 2] & 0xc0) == 0x80;
  }

  private static Optional<String> strict(byte[] bytes, int from, int to) {
    return valid(ByteBuffer.wrap(bytes, from, to - from))
        ? Optional.of(new String(bytes, from, to - from, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /** Whether bytes are UTF-8, told without room for all of their characters. */
  private static boolean valid(ByteBuffer bytes) {
    skipAscii(bytes);
    if (!bytes.hasRemaining()) {
      return true;
    }
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var characters = CharBuffer.allocate(Math.min(BLOCK, bytes.remaining() + 1));
    CoderResult result;
    do {
      result = decoder.decode(bytes, characters.clear(), true);
    } while (result.isOverflow());
    return !result.isError();
  }

  private static void skipAscii(ByteBuffer bytes) {
    byte[] all = bytes.array();
    int at = bytes.position();
    while (at < bytes.limit() && all[at] >= 0) {
      at++;
    }
    bytes.position(at);
  }

  static byte[] encode(String text) {
    return WholeText.is(text) ? text.getBytes(StandardCharsets.UTF_8) : encodeSurrogates(text);
  }

  private static byte[] encodeSurrogates(String text) {
    var bytes = new java.io.ByteArrayOutputStream(text.length());
    int plain = 0;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && at + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(at + 1))) {
        at++;
        continue;
      }
      bytes.writeBytes(text.substring(plain, at).getBytes(StandardCharsets.UTF_8));
      bytes.write(0xe0 | c >> 12);
      bytes.write(0x80 | c >> 6 & 0x3f);
      bytes.write(0x80 | c & 0x3f);
      plain = at + 1;
    }
    bytes.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
