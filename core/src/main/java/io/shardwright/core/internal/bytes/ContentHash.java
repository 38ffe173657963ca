package io.shardwright.core.internal.bytes;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes names for contents from their SHA-256. */
public final class ContentHash {
  private static final int DIGITS = 32;

  private ContentHash() {}

  /** The first 32 hexadecimal digits of the bytes' SHA-256: as many as NeMo's artifacts have. */
  public static String digits(ByteSource file) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var block = ByteBuffer.allocate(1 << 16);
      for (long at = 0; at < file.size(); at += block.limit()) {
        block.clear().limit((int) Math.min(block.capacity(), file.size() - at));
        file.readFully(block, at);
        digest.update(block.flip());
        block.flip();
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
