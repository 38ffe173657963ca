package io.shardwright.cli;

import io.shardwright.core.outline.SafeText;
import java.io.PrintWriter;

/**
 * Where results and messages go.
 *
 * @param terminal whether a person watches the messages
 * @param environment what is configured outside of the command line
 */
record Screen(PrintWriter out, PrintWriter err, boolean terminal, Environment environment) {
  /** A line of the result. */
  void print(String line) {
    out.println(line);
  }

  /** A line about what is being done. */
  void remark(String line) {
    err.println(safe(line));
  }

  /** A part of a line with everything that could steer a terminal or end the line made visible. */
  static String safe(String text) {
    return SafeText.line(text);
  }

  /** The same for what may be several lines: none but the first begins where a message does. */
  static String lines(String text) {
    return SafeText.of(text).replaceAll("\n(?! )", "\n  ");
  }
}
