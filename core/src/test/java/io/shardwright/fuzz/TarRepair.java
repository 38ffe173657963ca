package io.shardwright.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes a tar archive that was changed somewhere agree with itself again: members are padded, sizes
 * and checksums are right, an end follows, and zips within are repaired too. Everything else in the
 * headers stays as it was changed.
 */
final class TarRepair {
  private static final int BLOCK = 512;
  private static final int MAGIC = 257;
  private static final int SIZE = 124;
  private static final int CHECKSUM = 148;

  private final byte[] tar;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TarRepair(byte[] tar) {
    this.tar = tar;
  }

  static boolean recognizes(byte[] bytes) {
    return !headers(bytes).isEmpty();
  }

  /** A repaired copy. */
  static byte[] of(byte[] bytes) {
    var repair = new TarRepair(bytes);
    var headers = headers(bytes);
    for (int i = 0; i < headers.size(); i++) {
      int next = i + 1 < headers.size() ? headers.get(i + 1) : bytes.length;
      repair.member(headers.get(i), Math.max(next, headers.get(i) + BLOCK));
    }
    repair.out.writeBytes(new byte[2 * BLOCK]);
    return repair.out.toByteArray();
  }

  /** Where the magics say that headers begin. */
  private static List<Integer> headers(byte[] bytes) {
    var headers = new ArrayList<Integer>();
    for (int at = MAGIC; at + BLOCK - MAGIC <= bytes.length; at++) {
      if (bytes[at] == 'u' && Arrays.equals(bytes, at, at + 5, ustar(), 0, 5)) {
        headers.add(at - MAGIC);
        at += BLOCK - 1;
      }
    }
    return headers;
  }

  private static byte[] ustar() {
    return new byte[] {'u', 's', 't', 'a', 'r'};
  }

  private void member(int at, int next) {
    byte[] header = Arrays.copyOfRange(tar, at, at + BLOCK);
    byte[] data = Arrays.copyOfRange(tar, at + BLOCK, next);
    byte[] content = Arrays.copyOf(data, size(header, data));
    if (ZipRepair.recognizes(content)) {
      content = ZipRepair.of(content);
    }
    put(header, SIZE, String.format(Locale.ROOT, "%011o\0", content.length));
    sum(header);
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  /** The stated size where nothing but zeros follows it, else where the content seems to end. */
  private static int size(byte[] header, byte[] there) {
    String digits = new String(header, SIZE, 11, StandardCharsets.ISO_8859_1);
    long stated = digits.matches("[0-7]{11}") ? Long.parseLong(digits, 8) : there.length;
    int end = there.length;
    while (end > 0 && there[end - 1] == 0) {
      end--;
    }
    if (end <= stated) {
      return (int) Math.min(stated, there.length);
    }
    return ZipRepair.recognizes(there) ? ZipRepair.end(there) : end;
  }

  private static void sum(byte[] header) {
    Arrays.fill(header, CHECKSUM, CHECKSUM + 8, (byte) ' ');
    int sum = 0;
    for (byte octet : header) {
      sum += octet & 0xff;
    }
    put(header, CHECKSUM, String.format(Locale.ROOT, "%06o\0 ", sum));
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
