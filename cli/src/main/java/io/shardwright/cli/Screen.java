package io.shardwright.cli;

import java.io.PrintWriter;
import java.util.List;

/**
 * Where results and messages go.
 *
 * @param terminal whether a person watches the messages
 */
record Screen(PrintWriter out, PrintWriter err, boolean terminal) {
  /** A line of the result. */
  void print(String line) {
    out.println(line);
  }

  /** A line about what is being done. */
  void remark(String line) {
    err.println(safe(line));
  }

  /** Sentences for the user's attention. */
  void notes(List<String> notes, boolean quiet) {
    if (!quiet) {
      notes.forEach(note -> err.println("note: " + safe(note)));
    }
  }

  /** Text from a file with everything that could steer a terminal made visible. */
  static String safe(String text) {
    var shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean control =
                  Character.isISOControl(c) && c != '\n'
                      || Character.getType(c) == Character.FORMAT
                      || Character.getType(c) == Character.SURROGATE;
              if (control) {
                shown.append(String.format("\\u%04x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }
}
