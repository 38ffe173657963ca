package io.shardwright.core.internal.bytes;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Computes checksums of contents, and names for contents from their SHA-256. */
public final class ContentHash {
  private static final int DIGITS = 32;
  private static final int BLOCK = 1 << 16;

  private ContentHash() {}

  /** A SHA-256 of nothing yet. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What was digested, in lower-case hexadecimal digits. */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The first 32 hexadecimal digits of the bytes' SHA-256: as many as NeMo's artifacts have. */
  public static String digits(ByteSource file) {
    return sha256(file).substring(0, DIGITS);
  }

  /** The SHA-256 of all bytes of a source, in lower-case hexadecimal digits. */
  public static String sha256(ByteSource file) {
    var digest = sha256();
    file.readAll(ByteBuffer.allocate(BLOCK), (block, at) -> digest.update(block));
    return hex(digest);
  }

  public static long crc(byte[] bytes) {
    return crc(ByteBuffer.wrap(bytes));
  }

  /** Of a buffer's remaining bytes, which stay where they are. */
  public static long crc(ByteBuffer bytes) {
    var crc = new CRC32();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }

  /** The CRC-32 of all bytes of a source, read through a buffer. */
  public static long crc(ByteSource source, ByteBuffer buffer) {
    var crc = new CRC32();
    source.readAll(buffer, (block, at) -> crc.update(block));
    return crc.getValue();
  }
}
