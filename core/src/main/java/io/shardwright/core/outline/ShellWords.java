package io.shardwright.core.outline;

import java.util.List;
import java.util.stream.Collectors;

/** Formats command lines for a POSIX shell. */
public final class ShellWords {
  private static final String PLAIN = "[A-Za-z0-9_@%+=:,./-]+";

  private ShellWords() {}

  /**
   * Joins words to a command line and quotes those that a shell would change.
   *
   * @param words the words, the program first
   * @return a line to paste into a shell
   */
  public static String line(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
