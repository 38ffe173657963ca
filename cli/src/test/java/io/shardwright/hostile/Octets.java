package io.shardwright.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Bytes one after another, numbers little-endian. */
final class Octets {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

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
    out.write(value);
    return this;
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
      out.write((int) (value >>> 8 * i));
    }
    return this;
  }

  Octets text(String text) {
    return bytes(utf8(text));
  }

  Octets bytes(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  int size() {
    return out.size();
  }

  byte[] array() {
    return out.toByteArray();
  }
}
