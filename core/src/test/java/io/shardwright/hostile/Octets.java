package io.shardwright.hostile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Bytes one after another, numbers little-endian. */
final class Octets {
  private byte[] out = new byte[64];
  private int size;

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  /** Binary32 values. */
  static byte[] floats(float... values) {
    var bytes = new Octets();
    for (float value : values) {
      bytes.u4(Float.floatToRawIntBits(value));
    }
    return bytes.array();
  }

  Octets u1(int value) {
    room(1);
    out[size++] = (byte) value;
    return this;
  }

  private void room(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(2 * size, size + more));
    }
  }

  Octets u2(long value) {
    return little(value, 2);
  }

  Octets u4(long value) {
    return little(value, 4);
  }

  Octets u8(long value) {
    return little(value, 8);
  }

  private Octets little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      u1((int) (value >>> 8 * i));
    }
    return this;
  }

  Octets text(String text) {
    return bytes(utf8(text));
  }

  Octets bytes(byte... bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, out, size, bytes.length);
    size += bytes.length;
    return this;
  }

  int size() {
    return size;
  }

  byte[] array() {
    return Arrays.copyOf(out, size);
  }
}
