package io.shardwright.core.internal.describe;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of a pattern that ends in a star: {@code *}, {@code weight*}, or {@code 61+*} where
 * numbers count on from 61.
 *
 * @param stem what stands before the number
 * @param from the number of the first
 */
record StarredPart(String stem, int from) {
  /** No model has more layers or experts than these tell. */
  private static final int DIGITS = 6;

  /** A part of a pattern; empty for one without a star. */
  static Optional<StarredPart> of(String part) {
    if (!part.endsWith("*")) {
      return Optional.empty();
    }
    String before = part.substring(0, part.length() - 1);
    return before.endsWith("+") && isNumber(before.substring(0, before.length() - 1))
        ? Optional.of(new StarredPart("", Integer.parseInt(before, 0, before.length() - 1, 10)))
        : Optional.of(new StarredPart(before, 0));
  }

  /** What stands for the star in a part of a name; empty where it doesn't match. */
  OptionalInt index(String part) {
    if (!part.startsWith(stem) || !isNumber(part.substring(stem.length()))) {
      return OptionalInt.empty();
    }
    int index = Integer.parseInt(part.substring(stem.length())) - from;
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  /** A pattern with its first star replaced; itself where it has none. */
  static String replaced(String pattern, int index) {
    int star = pattern.indexOf('*');
    if (star < 0) {
      return pattern;
    }
    int begin = pattern.lastIndexOf('.', star) + 1;
    var part = of(pattern.substring(begin, star + 1)).orElseThrow();
    return pattern.substring(0, begin)
        + part.stem()
        + (part.from() + index)
        + pattern.substring(star + 1);
  }

  static boolean isNumber(String part) {
    int at = 0;
    while (at < part.length() && part.charAt(at) >= '0' && part.charAt(at) <= '9') {
      at++;
    }
    return at == part.length() && at > 0 && at <= DIGITS;
  }
}
