package io.shardwright.core.internal.format.directory;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A key of {@code rank_pattern} or {@code alpha_pattern}: a regular expression for the end of a
 * module's name (peft, {@code peft/utils/other.py}, {@code get_pattern_key}). Those that could take
 * long to match are refused: a file is not to keep us busy.
 */
final class PeftPattern {
  private static final Pattern LETTERS = Pattern.compile("[A-Za-z0-9_.\\\\^$|()\\[\\]*+-]{1,200}");

  /** What repeats a group, or a repetition. */
  private static final Pattern NESTED = Pattern.compile("[)*+][*+]");

  private static final int MOST_REPETITIONS = 3;

  private PeftPattern() {}

  /** Whether it is matched quickly, whatever the name. */
  static boolean isPlain(String key) {
    long repetitions = key.chars().filter(c -> c == '*' || c == '+').count();
    return LETTERS.matcher(key).matches()
        && !NESTED.matcher(key).find()
        && repetitions <= MOST_REPETITIONS
        && compiles("(.*\\.)?(" + key + ")$");
  }

  private static boolean compiles(String pattern) {
    try {
      Pattern.compile(pattern);
      return true;
    } catch (PatternSyntaxException broken) {
      return false;
    }
  }

  /** The first that matches a module's name or its end. */
  static Optional<String> first(Collection<String> keys, String module) {
    return keys.stream().filter(key -> matches("(.*\\.)?(" + key + ")$", module)).findFirst();
  }

  /** The first that matches an end of a module's name that is not all of it. */
  static Optional<String> firstWithin(Collection<String> keys, String module) {
    return keys.stream().filter(key -> matches(".*\\." + key + "$", module)).findFirst();
  }

  private static boolean matches(String pattern, String module) {
    return Pattern.compile(pattern).matcher(module).lookingAt();
  }
}
