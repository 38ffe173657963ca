package io.shardwright.core.internal.guard;

/** Checks that a text has no lone surrogates, which no encoding can write. */
public final class WholeText {
  private WholeText() {}

  /** Whether a text has no lone surrogate, so that it can be a name. */
  public static boolean is(String text) {
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      if (Character.getType(text.codePointAt(at)) == Character.SURROGATE) {
        return false;
      }
    }
    return true;
  }
}
