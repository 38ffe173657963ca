package io.shardwright.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Makes a zip that was changed somewhere agree with itself again: sizes, offsets and checksums of
 * both headers, descriptors and the end records follow from where the headers stand. Names, flags,
 * methods, extra fields and the contents stay as they were changed.
 */
final class ZipRepair {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_BYTES = 20;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LARGEST = 1 << 20;
  private static final int DESCRIBED = 8;

  /** What a local header stands before. */
  private record Entry(int at, int data, int end, long crc, long size) {}

  private final ByteBuffer zip;
  private final List<Integer> locals = new ArrayList<>();
  private final List<Integer> centrals = new ArrayList<>();

  private ZipRepair(byte[] bytes) {
    zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static boolean recognizes(byte[] bytes) {
    return bytes.length > LOCAL_BYTES && bytes[0] == 'P' && bytes[1] == 'K';
  }

  /** Where a zip with an end record and no comment ends. */
  static int end(byte[] bytes) {
    return Math.min(bytes.length, new ZipRepair(bytes).find(END, 0, bytes.length) + END_BYTES);
  }

  /** A repaired copy of the same length. */
  static byte[] of(byte[] bytes) {
    byte[] copy = bytes.clone();
    new ZipRepair(copy).repair();
    return copy;
  }

  private void repair() {
    int end = find(END, 0, zip.limit());
    int end64 = find(END_64, 0, end);
    int directory = find(CENTRAL, 0, end64);
    collect(LOCAL, 0, directory, LOCAL_BYTES, locals);
    collect(CENTRAL, directory, end64, CENTRAL_BYTES, centrals);
    for (int i = 0; i < Math.min(locals.size(), centrals.size()); i++) {
      int next = i + 1 < locals.size() ? locals.get(i + 1) : directory;
      repair(entry(locals.get(i), next), centrals.get(i));
    }
    if (end + END_BYTES <= zip.limit()) {
      zip.putShort(end + 8, (short) centrals.size()).putShort(end + 10, (short) centrals.size());
      zip.putInt(end + 12, end64 - directory).putInt(end + 16, directory);
    }
    if (end - end64 >= END_64_BYTES + LOCATOR_BYTES) {
      zip.putLong(end64 + 24, centrals.size()).putLong(end64 + 32, centrals.size());
      zip.putLong(end64 + 40, end64 - directory).putLong(end64 + 48, directory);
      zip.putLong(end - LOCATOR_BYTES + 8, end64);
    }
  }

  /** The first place of a signature; the end of the range where there is none. */
  private int find(int signature, int from, int to) {
    for (int at = from; at + Integer.BYTES <= to; at++) {
      if (zip.getInt(at) == signature) {
        return at;
      }
    }
    return to;
  }

  private void collect(int signature, int from, int to, int length, List<Integer> found) {
    for (int at = find(signature, from, to); at + length <= to; ) {
      found.add(at);
      at = find(signature, at + length, to);
    }
  }

  private Entry entry(int at, int next) {
    int names = u2(at + 26) + u2(at + 28);
    int data = Math.min(next, at + LOCAL_BYTES + names);
    int end = find(DESCRIPTOR, data, next);
    byte[] plain = u2(at + 8) == 0 ? bytes(data, end) : inflated(bytes(data, end));
    var crc = new CRC32();
    crc.update(plain);
    return new Entry(at, data, end, crc.getValue(), plain.length);
  }

  private int u2(int at) {
    return zip.getShort(at) & 0xffff;
  }

  private byte[] bytes(int from, int to) {
    byte[] bytes = new byte[to - from];
    zip.get(from, bytes);
    return bytes;
  }

  private static byte[] inflated(byte[] packed) {
    var inflater = new Inflater(true);
    try {
      inflater.setInput(packed);
      byte[] plain = new byte[LARGEST];
      return Arrays.copyOf(plain, inflater.inflate(plain));
    } catch (DataFormatException broken) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }

  private void repair(Entry entry, int central) {
    sums(central + 16, entry);
    zip.putInt(central + 42, entry.at());
    if ((u2(entry.at() + 6) & DESCRIBED) == 0) {
      sums(entry.at() + 14, entry);
    } else if (entry.end() + 16 <= zip.limit() && zip.getInt(entry.end()) == DESCRIPTOR) {
      sums(entry.end() + 4, entry);
    }
  }

  /** A checksum of 0 is none: torch can be told to write none. */
  private void sums(int at, Entry entry) {
    zip.putInt(at, zip.getInt(at) == 0 ? 0 : (int) entry.crc());
    zip.putInt(at + 4, entry.end() - entry.data()).putInt(at + 8, (int) entry.size());
  }
}
