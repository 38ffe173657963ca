package io.shardwright.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A folder as one input: {@code %% name}, a line's end, the file's bytes, a line's end, for each.
 */
final class FolderText {
  private static final String MARK = "%% ";
  private static final int FILES = 16;

  private FolderText() {}

  /** The input for a folder. */
  static byte[] of(Map<String, byte[]> files) {
    var out = new ByteArrayOutputStream();
    files.forEach(
        (name, bytes) -> {
          out.writeBytes((MARK + name + "\n").getBytes(StandardCharsets.ISO_8859_1));
          out.writeBytes(bytes);
          out.write('\n');
        });
    return out.toByteArray();
  }

  /** The folder of an input: at most 16 files, whose names lead nowhere else. */
  static Map<String, byte[]> files(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    var files = new LinkedHashMap<String, byte[]>();
    for (int at = text.indexOf(MARK); at >= 0 && files.size() < FILES; ) {
      int line = text.indexOf('\n', at);
      int next = line < 0 ? -1 : text.indexOf("\n" + MARK, line);
      if (line >= 0) {
        String name = text.substring(at + MARK.length(), line);
        int end = next < 0 ? Math.max(line + 1, text.length() - 1) : Math.max(line + 1, next);
        files.put(plain(name), text.substring(line + 1, end).getBytes(StandardCharsets.ISO_8859_1));
      }
      at = next < 0 ? -1 : next + 1;
    }
    return files;
  }

  /** A name of at most four parts of plain characters. */
  private static String plain(String name) {
    var plain = new StringBuilder();
    String[] parts = name.split("/", 5);
    for (int i = 0; i < Math.min(4, parts.length); i++) {
      String part = parts[i].replaceAll("[^A-Za-z0-9_.=-]", "");
      part = part.substring(0, Math.min(80, part.length()));
      plain.append(i == 0 ? "" : "/").append(part.matches("\\.{0,2}") ? "_" : part);
    }
    return plain.toString();
  }
}
