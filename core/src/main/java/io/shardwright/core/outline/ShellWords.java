package io.shardwright.core.outline;

import java.util.List;
import java.util.stream.Collectors;

/** A command line as a POSIX shell takes it. */
public final class ShellWords {
  private static final String PLAIN = "[A-Za-z0-9_@%+=:,./-]+";

  private ShellWords() {}

  /**
   * Words in one line, quoted where a shell would read them otherwise.
   *
   * @param words the program first
   * @return to be pasted
   */
  public static String line(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
