package io.shardwright.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Sums of files. */
final class Sha256 {
  private Sha256() {}

  static String of(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  static String of(InputStream in) throws IOException {
    try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest())) {
      in.transferTo(out);
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
