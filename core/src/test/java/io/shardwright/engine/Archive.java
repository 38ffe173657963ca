package io.shardwright.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarFile;

/** The members of an archive in memory, to be changed and written again. */
final class Archive {
  static final String CONFIG = "./model_config.yaml";
  final Map<String, byte[]> members = new LinkedHashMap<>();

  static Archive of(Path file) throws IOException {
    var archive = new Archive();
    try (var tar = new TarFile(file)) {
      for (var entry : tar.getEntries()) {
        if (!entry.isDirectory()) {
          try (var stream = tar.getInputStream(entry)) {
            archive.members.put(entry.getName(), stream.readAllBytes());
          }
        }
      }
    }
    return archive;
  }

  Archive config(UnaryOperator<String> change) {
    String before = new String(members.get(CONFIG), StandardCharsets.UTF_8);
    String after = change.apply(before);
    if (after.equals(before)) {
      throw new AssertionError("the configuration was not changed");
    }
    members.put(CONFIG, after.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  byte[] bytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes)) {
      for (var member : members.entrySet()) {
        var entry = new TarArchiveEntry(member.getKey(), true);
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  /** As torch writes them with checksums off: zero in the directory and in the descriptors. */
  static void zeroCrcs(byte[] zip) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int at = bytes.getInt(zip.length - 6);
    while (bytes.getInt(at) == 0x02014b50) {
      bytes.putInt(at + 16, 0);
      at += 46 + bytes.getShort(at + 28) + bytes.getShort(at + 30);
    }
  }
}
