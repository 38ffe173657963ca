package io.shardwright.core.outline;

/** Text from a file with everything that could steer a terminal or reorder a page made visible. */
public final class SafeText {
  private SafeText() {}

  /**
   * Shows control characters, invisible formatting (bidirectional overrides among it), lone
   * surrogates and code points that are no characters as {@code \}{@code uXXXX}. Line feeds stay.
   *
   * @param text from anywhere
   * @return safe to show as text; markup is for the caller to escape
   */
  public static String of(String text) {
    var shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (unsafe(c)) {
                shown.append(String.format("\\u%04x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }

  private static boolean unsafe(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c) && c != '\n'
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (c & 0xFFFE) == 0xFFFE;
  }
}
