package io.shardwright.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes the length before a safetensors header that was changed its length again. */
final class SafetensorsRepair {
  private static final int LENGTH = Long.BYTES;

  private SafetensorsRepair() {}

  static boolean recognizes(byte[] bytes) {
    return bytes.length > LENGTH && bytes[LENGTH] == '{';
  }

  /** A repaired copy of the same length. */
  static byte[] of(byte[] bytes) {
    byte[] copy = bytes.clone();
    long length = padded(bytes, end(bytes)) - LENGTH;
    ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    return copy;
  }

  /** Behind the brace that closes the first one. */
  private static int end(byte[] bytes) {
    int depth = 0;
    boolean text = false;
    for (int at = LENGTH; at < bytes.length; at++) {
      boolean escaped = text && bytes[at - 1] == '\\';
      text ^= bytes[at] == '"' && !escaped;
      depth += text ? 0 : bytes[at] == '{' ? 1 : bytes[at] == '}' ? -1 : 0;
      if (depth == 0) {
        return at + 1;
      }
    }
    return bytes.length;
  }

  /** Behind the spaces that fill up eight bytes. */
  private static int padded(byte[] bytes, int end) {
    int at = end;
    while (at < bytes.length && at % LENGTH != 0 && bytes[at] == ' ') {
      at++;
    }
    return at;
  }
}
