package io.shardwright.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Gzip around an archive that was changed somewhere: what still unpacks of it, repaired, is packed
 * again with a right trailer. The header stays as it is.
 */
final class GzipRepair {
  private static final int HEADER = 10;
  private static final int CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int[] TEXTS = {8, 16};
  private static final int LARGEST = 1 << 18;

  private GzipRepair() {}

  static boolean recognizes(byte[] bytes) {
    return bytes.length >= HEADER && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
  }

  /** A repaired copy. */
  static byte[] of(byte[] bytes) {
    int start = start(bytes);
    byte[] content = unpacked(bytes, start);
    byte[] header = Arrays.copyOf(bytes, start);
    return packed(header, TarRepair.recognizes(content) ? TarRepair.of(content) : content);
  }

  /** Behind the fields that each have a flag of their own. */
  private static int start(byte[] bytes) {
    int at = HEADER;
    if ((bytes[3] & EXTRA) != 0 && at + 2 <= bytes.length) {
      at += 2 + (bytes[at] & 0xff) + 256 * (bytes[at + 1] & 0xff);
    }
    for (int flag : TEXTS) {
      while ((bytes[3] & flag) != 0 && at < bytes.length && bytes[at] != 0) {
        at++;
      }
      at += (bytes[3] & flag) != 0 ? 1 : 0;
    }
    return Math.min(bytes.length, at + ((bytes[3] & CHECKSUM) != 0 ? 2 : 0));
  }

  private static byte[] unpacked(byte[] bytes, int start) {
    var inflater = new Inflater(true);
    byte[] content = new byte[LARGEST];
    int done = 0;
    try {
      inflater.setInput(bytes, start, bytes.length - start);
      for (int count = -1; count != 0 && done < LARGEST; done += count) {
        count = inflater.inflate(content, done, Math.min(1_024, LARGEST - done));
      }
    } catch (DataFormatException broken) {
      // What came before the break is kept.
    } finally {
      inflater.end();
    }
    return Arrays.copyOf(content, done);
  }

  private static byte[] packed(byte[] header, byte[] content) {
    var deflater = new Deflater(1, true);
    deflater.setInput(content);
    deflater.finish();
    var out = ByteBuffer.allocate(content.length + content.length / 8 + header.length + 128);
    out.order(ByteOrder.LITTLE_ENDIAN).put(header);
    deflater.deflate(out);
    deflater.end();
    var crc = new CRC32();
    crc.update(content);
    out.putInt((int) crc.getValue()).putInt(content.length);
    return Arrays.copyOf(out.array(), out.position());
  }
}
