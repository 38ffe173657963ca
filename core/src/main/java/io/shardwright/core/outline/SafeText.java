package io.shardwright.core.outline;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Makes text from untrusted files safe to display: characters that could control a terminal or
 * reorder a page are shown as escapes.
 */
public final class SafeText {
  private SafeText() {}

  /**
   * Replaces characters that are not printable by {@code \}{@code uXXXX}, except line feeds.
   *
   * @param text any text
   * @return text that is safe to show; the caller must still escape markup
   */
  public static String of(String text) {
    return Arrays.stream(text.split("\n", -1))
        .map(SafeText::line)
        .collect(Collectors.joining("\n"));
  }

  /**
   * Replaces characters that are not printable by {@code \}{@code uXXXX}, including line feeds.
   *
   * @param text any text
   * @return text that is safe to show as a part of a line
   */
  public static String line(String text) {
    var shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (printable(c)) {
                shown.appendCodePoint(c);
              } else {
                shown.append(String.format("\\u%04x", c));
              }
            });
    return shown.toString();
  }

  /**
   * Tells whether a code point may be shown as it is.
   *
   * @param codePoint a Unicode code point
   * @return false for control characters, invisible formatting such as bidirectional overrides,
   *     lone surrogates, line and paragraph separators and unassigned code points
   */
  public static boolean printable(int codePoint) {
    int type = Character.getType(codePoint);
    return !Character.isISOControl(codePoint)
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR
        && type != Character.UNASSIGNED;
  }
}
