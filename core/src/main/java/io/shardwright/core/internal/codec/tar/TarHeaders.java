package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;

/**
 * Walks an archive's headers before the library reads them, and refuses what the library would pass
 * over: wrong checksums, entry types that can lead elsewhere, ends in the middle, data after the
 * end.
 */
final class TarHeaders {
  static final int BLOCK = 512;
  private static final int MAX_ENTRIES = 262_144;
  private static final long MAX_EXTENSION = 1L << 20;

  private final ByteSource source;
  private long paxSize = -1;

  TarHeaders(ByteSource source) {
    this.source = source;
  }

  void require() {
    long at = 0;
    for (int entries = 0; ; entries++) {
      if (entries > 2 * MAX_ENTRIES) {
        throw new MalformedCheckpointException(
            ErrorCode.LIMIT_EXCEEDED,
            source.name(),
            "over " + MAX_ENTRIES + " entries: raise --max-entries if you trust it");
      }
      ByteBuffer header = block(at);
      if (isZero(header)) {
        requireZeros(at);
        return;
      }
      at = next(header, at);
    }
  }

  private ByteBuffer block(long at) {
    if (at > source.size() - BLOCK) {
      throw malformed(at, "ends without an end mark: the archive is truncated");
    }
    ByteBuffer header = ByteBuffer.allocate(BLOCK);
    source.readFully(header, at);
    return header.flip();
  }

  private long next(ByteBuffer header, long at) {
    requireChecksum(header, at);
    long size = number(header, 124, 12, at);
    char type = (char) (header.get(156) & 0xff);
    switch (type) {
      case '0', '\0', '7' -> {
        size = paxSize >= 0 ? paxSize : size;
        paxSize = -1;
      }
      case '5' -> {
        size = 0;
        paxSize = -1;
      }
      case 'x', 'g', 'L' -> extension(at, size, type);
      default ->
          throw malformed(
              at,
              "an entry of type '"
                  + type
                  + "', expected files and folders only: links and"
                  + " devices are refused");
    }
    long data = at + BLOCK;
    if (size > source.size() - data) {
      throw malformed(
          at,
          "an entry of "
              + size
              + " bytes where "
              + (source.size() - data)
              + " are left: the archive is truncated");
    }
    return data + (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private void extension(long at, long size, char type) {
    if (size > MAX_EXTENSION || size > source.size() - at - BLOCK) {
      throw malformed(
          at,
          "a header of "
              + size
              + " bytes, over the limit of "
              + MAX_EXTENSION
              + ": see --max-archive-header-bytes");
    }
    if (type != 'L') {
      ByteBuffer text = ByteBuffer.allocate((int) size);
      source.readFully(text, at + BLOCK);
      pax(text.flip(), at, type == 'g');
    }
  }

  private void pax(ByteBuffer records, long at, boolean global) {
    while (records.hasRemaining()) {
      int start = records.position();
      int length = 0;
      byte digit = records.get();
      while (digit >= '0' && digit <= '9' && length <= MAX_EXTENSION && records.hasRemaining()) {
        length = length * 10 + digit - '0';
        digit = records.get();
      }
      int body = records.position();
      boolean whole =
          digit == ' '
              && length > body - start
              && length <= records.limit() - start
              && records.get(start + length - 1) == '\n';
      if (!whole) {
        throw malformed(at, "a pax record that is not 'length key=value'");
      }
      byte[] text = new byte[start + length - 1 - body];
      records.get(text).get();
      pax(new String(text, java.nio.charset.StandardCharsets.UTF_8), at, global);
    }
  }

  private void pax(String record, long at, boolean global) {
    boolean about = record.matches("(?s)(path|size|linkpath|GNU\\.sparse).*");
    if (global && about || record.startsWith("GNU.sparse") || record.startsWith("linkpath=")) {
      throw malformed(at, "a pax record '" + record + "', which is refused");
    }
    if (record.startsWith("size=")) {
      if (!record.matches("size=[0-9]{1,18}")) {
        throw malformed(at, "a pax size that is no number");
      }
      paxSize = Long.parseLong(record.substring(5));
    }
  }

  private void requireChecksum(ByteBuffer header, long at) {
    long stated = number(header, 148, 8, at);
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header.get(i) & 0xff;
    }
    if (sum != stated) {
      throw malformed(
          at,
          "a header whose checksum is "
              + sum
              + ", stated "
              + stated
              + ": the archive is damaged or no tar");
    }
  }

  /** Octal, or base-256 where the first bit is set. */
  private long number(ByteBuffer header, int from, int length, long at) {
    if ((header.get(from) & 0x80) != 0) {
      return binary(header, from, length, at);
    }
    String text =
        java.nio.charset.StandardCharsets.ISO_8859_1.decode(header.slice(from, length)).toString();
    String digits = text.replace('\0', ' ').strip();
    if (!digits.matches("[0-7]{0,20}")) {
      throw malformed(at, "a header whose numbers are not octal: the archive is damaged or no tar");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private long binary(ByteBuffer header, int from, int length, long at) {
    long value = header.get(from) & 0x7f;
    for (int i = from + 1; i < from + length; i++) {
      if (value >>> 54 != 0) {
        throw malformed(at, "a size of 2^62 or more");
      }
      value = value << 8 | header.get(i) & 0xff;
    }
    return value;
  }

  private void requireZeros(long from) {
    for (long at = from; at < source.size(); at += BLOCK) {
      ByteBuffer rest = ByteBuffer.allocate((int) Math.min(BLOCK, source.size() - at));
      source.readFully(rest, at);
      if (!isZero(rest.flip())) {
        throw malformed(at, "data after the end mark: the archive is damaged");
      }
    }
  }

  private static boolean isZero(ByteBuffer bytes) {
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private MalformedCheckpointException malformed(long at, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TAR_MALFORMED, source.name() + " at byte " + at, problem);
  }
}
