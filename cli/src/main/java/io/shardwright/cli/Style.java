package io.shardwright.cli;

/**
 * How words are set off. Without colour they are what they are.
 *
 * @param colour whether escape sequences are written
 */
record Style(boolean colour) {
  /** When there is colour. */
  enum Choice {
    auto,
    always,
    never
  }

  /** By the user's word, else where a person watches a terminal that can do it. */
  static Style of(Choice choice, boolean terminal, Environment environment) {
    var said = environment.variables();
    return of(choice, terminal, said.get("NO_COLOR"), said.get("TERM"));
  }

  static Style of(Choice choice, boolean terminal, String refusal, String kind) {
    boolean refused = refusal != null && !refusal.isEmpty() || "dumb".equals(kind);
    return new Style(choice == Choice.always || choice == Choice.auto && terminal && !refused);
  }

  /** With a code of ECMA-48's Select Graphic Rendition. */
  String set(String code, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  String strong(String text) {
    return set("1", text);
  }

  /** For what is there to find the rest by: keys, rulers, units. */
  String faint(String text) {
    return set("2", text);
  }

  String good(String text) {
    return set("32", text);
  }

  String warning(String text) {
    return set("33", text);
  }

  String bad(String text) {
    return set("1;31", text);
  }

  /** A line of a key and its value: the key, to the first space, is faint. */
  String keyed(String line, int width) {
    boolean key = line.length() > width && !line.startsWith(" ") && line.charAt(width) == ' ';
    return key ? faint(line.substring(0, width)) + line.substring(width) : line;
  }
}
