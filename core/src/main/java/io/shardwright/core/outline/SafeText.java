package io.shardwright.core.outline;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Text from a file with everything that could steer a terminal or reorder a page made visible. */
public final class SafeText {
  private SafeText() {}

  /**
   * Shows all that is not printable as {@code \}{@code uXXXX}. Line feeds stay.
   *
   * @param text from anywhere
   * @return safe to show as text; markup is for the caller to escape
   */
  public static String of(String text) {
    return Arrays.stream(text.split("\n", -1))
        .map(SafeText::line)
        .collect(Collectors.joining("\n"));
  }

  /**
   * The same for what is one line: line feeds are shown too.
   *
   * @param text from anywhere
   * @return safe to show as a part of a line
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
   * Whether a code point is neither a control character nor invisible formatting (bidirectional
   * overrides among it), nor a lone surrogate, a separator of lines or no character at all.
   *
   * @param codePoint of Unicode
   * @return whether it may be shown as it is
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
