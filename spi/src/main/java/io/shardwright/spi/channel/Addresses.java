package io.shardwright.spi.channel;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Addresses of what lies elsewhere, {@code scheme://host/name}, as users write and see them. */
public final class Addresses {
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.*", Pattern.DOTALL);
  private static final Pattern USER = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+://)[^/\\s@]*@");
  private static final Pattern QUERY =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+://[^\\s?\"'<>]*)\\?[^\\s\"'<>]*");

  /** RFC 3986, and what a URI of Java takes beside it. */
  private static final String LEGAL = "-._~!$&'()*+,;=:@/?#[]";

  private Addresses() {}

  /**
   * Tells an address from the name of a file.
   *
   * @param name what a user wrote
   * @return whether it begins as {@code scheme://}
   */
  public static boolean is(String name) {
    return ADDRESS.matcher(name).matches();
  }

  /**
   * Takes out of a text what must stay private: queries of addresses, which may be signatures, and
   * users with their passwords.
   *
   * @param text that may hold addresses
   * @return the text without these
   */
  public static String shown(String text) {
    return USER.matcher(QUERY.matcher(text).replaceAll("$1")).replaceAll("$1");
  }

  /**
   * Reads an address; what no address may hold is escaped.
   *
   * @param address what a user wrote
   * @return the same as a URI
   * @throws IllegalArgumentException if it breaks the grammar even so
   */
  public static URI uri(String address) {
    var text = new StringBuilder();
    byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at++) {
      char letter = (char) (bytes[at] & 0xff);
      boolean escape = letter == '%' && at + 2 < bytes.length && hex(bytes, at + 1);
      text.append(
          escape || isLegal(letter)
              ? String.valueOf(letter)
              : String.format(Locale.ROOT, "%%%02X", (int) letter));
    }
    return URI.create(text.toString());
  }

  private static boolean hex(byte[] bytes, int at) {
    return Character.digit(bytes[at], 16) >= 0 && Character.digit(bytes[at + 1], 16) >= 0;
  }

  private static boolean isLegal(char letter) {
    return letter < 0x80 && (Character.isLetterOrDigit(letter) || LEGAL.indexOf(letter) >= 0);
  }
}
