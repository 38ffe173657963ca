package io.shardwright.remote;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the documents of the hub (RFC 8259): a map, a list, a text, a number as {@link Long} or
 * {@link Double}, a boolean, null.
 */
final class Json {
  private static final int MOST_DEPTH = 32;

  private final String text;
  private int at;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  /**
   * Reads a document.
   *
   * @throws IllegalArgumentException if it breaks the grammar
   */
  static Object parse(byte[] document) {
    var json = new Json(new String(document, StandardCharsets.UTF_8));
    Object value = json.value();
    if (json.next() != 0) {
      throw json.odd();
    }
    return value;
  }

  private IllegalArgumentException odd() {
    return new IllegalArgumentException("no JSON at character " + at);
  }

  /** The next character that is no space; 0 at the end. */
  private char next() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean take(char wanted) {
    boolean there = next() == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void require(char wanted) {
    if (!take(wanted)) {
      throw odd();
    }
  }

  private Object value() {
    if (++depth > MOST_DEPTH) {
      throw odd();
    }
    Object value =
        switch (next()) {
          case '{' -> map();
          case '[' -> list();
          case '"' -> string();
          default -> word();
        };
    depth--;
    return value;
  }

  private Map<String, Object> map() {
    var map = new LinkedHashMap<String, Object>();
    require('{');
    while (!take('}')) {
      if (!map.isEmpty()) {
        require(',');
      }
      next();
      String key = string();
      require(':');
      map.put(key, value());
    }
    return map;
  }

  private List<Object> list() {
    var list = new ArrayList<Object>();
    require('[');
    while (!take(']')) {
      if (!list.isEmpty()) {
        require(',');
      }
      list.add(value());
    }
    return list;
  }

  private String string() {
    require('"');
    var string = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char letter = text.charAt(at++);
      string.append(letter == '\\' ? escaped() : letter);
    }
    require('"');
    return string.toString();
  }

  private char escaped() {
    if (at >= text.length()) {
      throw odd();
    }
    char letter = text.charAt(at++);
    if (letter == 'u') {
      if (at + 4 > text.length()) {
        throw odd();
      }
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }
    int known = "bfnrt\"\\/".indexOf(letter);
    if (known < 0) {
      throw odd();
    }
    return "\b\f\n\r\t\"\\/".charAt(known);
  }

  private Object word() {
    int start = at;
    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> number(word);
    };
  }

  private static Object number(String word) {
    return word.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(word) : Double.valueOf(word);
  }
}
