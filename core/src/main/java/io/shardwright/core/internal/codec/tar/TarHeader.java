package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.EntryNames;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The header of a tar entry: the block of 512 bytes before its data. */
record TarHeader(ByteSource source, long at, ByteBuffer block) {
  static final int BLOCK = 512;
  private static final int CHECKSUM = 148;
  private static final int MAGIC = 257;
  private static final int PREFIX = 345;
  private static final int PREFIX_LENGTH = 155;

  /** Reads a block; its checksum is not looked at yet. */
  static TarHeader read(ByteSource source, long at) {
    if (at > source.size() - BLOCK) {
      throw malformed(source, at, "ends without an end mark: the archive is truncated");
    }
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    source.readFully(block, at);
    return new TarHeader(source, at, block.flip());
  }

  boolean isEnd() {
    return isZero(block);
  }

  static boolean isZero(ByteBuffer bytes) {
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  char type() {
    return (char) (block.get(156) & 0xff);
  }

  long size() {
    return number(124, 12);
  }

  void requireChecksum() {
    long stated = number(CHECKSUM, 8);
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : block.get(i) & 0xff;
    }
    if (sum != stated) {
      throw malformed(
          "a header whose checksum is "
              + sum
              + ", stated "
              + stated
              + ": the archive is damaged or not a tar");
    }
  }

  /**
   * The name in the header's own fields. Readers differ on the second field where the header is not
   * POSIX's, so there it must be empty.
   */
  String name() {
    byte[] prefix = field(PREFIX, PREFIX_LENGTH);
    boolean posix = block.get(MAGIC + 5) == 0 && text(MAGIC, 5).equals("ustar");
    if (prefix.length > 0 && !posix) {
      throw malformed("a header of an unknown standard with a second name field");
    }
    String name = EntryNames.decode(field(0, 100), source.name());
    return prefix.length == 0 ? name : EntryNames.decode(prefix, source.name()) + "/" + name;
  }

  private String text(int from, int length) {
    return StandardCharsets.ISO_8859_1.decode(block.slice(from, length)).toString();
  }

  private byte[] field(int from, int length) {
    int end = from;
    while (end < from + length && block.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - from];
    block.get(from, bytes);
    return bytes;
  }

  /** Octal, or base-256 where the first bit is set. */
  private long number(int from, int length) {
    if ((block.get(from) & 0x80) != 0) {
      return binary(from, length);
    }
    String digits = text(from, length).replace('\0', ' ').strip();
    if (!digits.matches("[0-7]{0,20}")) {
      throw malformed("a header whose numbers are not octal: the archive is damaged or not a tar");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private long binary(int from, int length) {
    long value = block.get(from) & 0x7f;
    for (int i = from + 1; i < from + length; i++) {
      if (value >>> 54 != 0) {
        throw malformed("a size of 2^62 or more, or below 0");
      }
      value = value << 8 | block.get(i) & 0xff;
    }
    return value;
  }

  MalformedCheckpointException malformed(String problem) {
    return malformed(source, at, problem);
  }

  private static MalformedCheckpointException malformed(
      ByteSource source, long at, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TAR_MALFORMED, source.name() + " at byte " + at, problem);
  }
}
