package io.shardwright.core.internal.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Checks that a text has no lone surrogates, which no encoding can write. */
public final class WholeText {
  private WholeText() {}

  /** Whether a text has no lone surrogate, so that it can be a name. */
  public static boolean is(String text) {
    boolean plain = true;
    for (int at = 0; plain && at < text.length(); at++) {
      plain = !Character.isSurrogate(text.charAt(at));
    }
    return plain || new String(text.getBytes(UTF_8), UTF_8).equals(text);
  }
}
