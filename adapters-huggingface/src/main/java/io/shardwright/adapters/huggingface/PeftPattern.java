package io.shardwright.adapters.huggingface;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
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

  /** Matches the patterns of one configuration, as long as that is little work. */
  static final class Search {
    /** Far more than honest patterns need for all modules of a model. */
    private static final long MOST_LOOKS = 200_000_000;

    private final String file;
    private long looks;

    Search(String file) {
      this.file = file;
    }

    /** The first that matches a module's name or its end. */
    Optional<String> first(Collection<String> keys, String module) {
      return keys.stream().filter(key -> matches("(.*\\.)?(" + key + ")$", module)).findFirst();
    }

    /** The first that matches an end of a module's name that is not all of it. */
    Optional<String> firstWithin(Collection<String> keys, String module) {
      return keys.stream().filter(key -> matches(".*\\." + key + "$", module)).findFirst();
    }

    private boolean matches(String pattern, String module) {
      return Pattern.compile(pattern).matcher(new Counted(module)).lookingAt();
    }

    /** A text whose characters are counted as they are looked at. */
    private final class Counted implements CharSequence {
      private final String text;

      private Counted(String text) {
        this.text = text;
      }

      @Override
      public int length() {
        return text.length();
      }

      @Override
      public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
          throw new UnsupportedCheckpointException(
              ErrorCode.UNSUPPORTED,
              file,
              "its rank_pattern and alpha_pattern take too long to match: write names out");
        }
        return text.charAt(index);
      }

      @Override
      public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
      }

      @Override
      public String toString() {
        return text;
      }
    }
  }
}
