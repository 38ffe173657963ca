package io.shardwright.cli;

import java.util.ArrayList;
import java.util.List;

/** Splits a command line as a shell does: spaces, quotes, backslashes, a comment at the end. */
final class ShellWords {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean open;
  private char quote;

  private ShellWords(String line) {
    this.line = line;
  }

  static List<String> of(String line) {
    return new ShellWords(line).split();
  }

  private List<String> split() {
    for (int at = 0; at < line.length(); at++) {
      char c = line.charAt(at);
      if (quote != 0) {
        inQuotes(c);
      } else if (c == '#' && !open) {
        break;
      } else if (c == '\\') {
        at++;
        take(line.charAt(at));
      } else {
        outside(c);
      }
    }
    end();
    return words;
  }

  private void inQuotes(char c) {
    if (c == quote) {
      quote = 0;
    } else {
      word.append(c);
    }
  }

  private void outside(char c) {
    if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == ' ') {
      end();
    } else {
      take(c);
    }
  }

  private void take(char c) {
    word.append(c);
    open = true;
  }

  private void end() {
    if (open) {
      words.add(word.toString());
    }
    word.setLength(0);
    open = false;
  }
}
