package io.shardwright.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a test's server has at a path.
 *
 * @param size in bytes
 * @param version its ETag, without quotes
 * @param bytes writes a range
 */
public record Content(long size, String version, Bytes bytes) {
  /** Bytes that may be made up. */
  public interface Bytes {
    /** Writes a range. */
    void write(long from, long length, OutputStream out) throws IOException;
  }

  /** Those of an array, with their SHA-256 for a version. */
  public static Content of(byte[] bytes) {
    return new Content(
        bytes.length,
        sha256(bytes),
        (from, length, out) -> out.write(bytes, (int) from, (int) length));
  }

  /** Those of a file. */
  static Content of(Path file) {
    try {
      return of(Files.readAllBytes(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The same bytes under another version. */
  Content as(String other) {
    return new Content(size, other, bytes);
  }
}
