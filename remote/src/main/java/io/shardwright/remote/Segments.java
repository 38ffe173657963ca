package io.shardwright.remote;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names as the segments of addresses: RFC 3986. */
final class Segments {
  private static final String PLAIN = "-._~!$&'()*,;=:@";

  private Segments() {}

  /** The address of names; what an address can't hold is escaped. */
  static URI uri(String root, List<String> names) {
    return URI.create(
        root + names.stream().map(Segments::escaped).collect(Collectors.joining("/")));
  }

  /** A name as a segment of an address. */
  static String escaped(String name) {
    var text = new StringBuilder();
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xff);
      boolean plain =
          letter < 0x80 && (Character.isLetterOrDigit(letter) || PLAIN.indexOf(letter) >= 0);
      text.append(plain ? String.valueOf(letter) : String.format(Locale.ROOT, "%%%02X", each));
    }
    return text.toString();
  }

  /** A segment of an address as a name. */
  static String unescaped(String segment) {
    var bytes = new ByteArrayOutputStream();
    byte[] text = segment.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < text.length; at++) {
      int high = text[at] == '%' && at + 2 < text.length ? digit(text[at + 1]) : -1;
      int low = high < 0 ? -1 : digit(text[at + 2]);
      if (low < 0) {
        bytes.write(text[at]);
      } else {
        bytes.write(high << 4 | low);
        at += 2;
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static int digit(byte letter) {
    return Character.digit((char) (letter & 0xff), 16);
  }
}
