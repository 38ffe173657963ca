package io.shardwright.core.report;

import io.shardwright.core.outline.SafeText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Writes well-formed markup, in HTML's and XML's grammar at once. All text and attribute values are
 * escaped here and nowhere else.
 */
final class Markup {
  /** Elements within a line, around which a line break would be a space. */
  private static final Set<String> INLINE = Set.of("b", "code", "i", "span", "strong", "time");

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are names and values in turn. */
  Markup in(String tag, Object... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  private void start(String tag, Object... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      String value = text(attributes[i + 1]);
      out.append(' ').append(attributes[i]).append("=\"").append(escaped(value)).append('"');
    }
  }

  private static String text(Object value) {
    return value instanceof Double ? number((Double) value) : String.valueOf(value);
  }

  /** A number with two digits after the point at most. Pages have many: no format is parsed. */
  static String number(double value) {
    long hundredths = Math.round(Math.abs(value) * 100);
    String sign = value < 0 && hundredths > 0 ? "-" : "";
    long rest = hundredths % 100;
    String digits =
        rest == 0 ? "" : rest % 10 == 0 ? "." + rest / 10 : rest < 10 ? ".0" + rest : "." + rest;
    return sign + hundredths / 100 + digits;
  }

  /** Closes the innermost element. */
  Markup end() {
    String tag = open.pop();
    out.append("</").append(tag).append(INLINE.contains(tag) ? ">" : ">\n");
    return this;
  }

  /** An element with text alone. */
  Markup leaf(String tag, String text, Object... attributes) {
    return in(tag, attributes).text(text).end();
  }

  /** Opens a table of rows below titles. */
  Markup table(String... titles) {
    in("table", "class", "rows").in("thead").in("tr");
    for (String title : titles) {
      leaf("th", title, "scope", "col");
    }
    return end().end().in("tbody");
  }

  /** A name from a file, which may break after a dot, a slash or an underscore. */
  Markup name(String name) {
    in("code", "class", "name");
    out.append(escaped(name).replaceAll("(?<=[./_])(?=.)", "<wbr/>"));
    return end();
  }

  /** An element without content. */
  Markup empty(String tag, Object... attributes) {
    start(tag, attributes);
    out.append("/>\n");
    return this;
  }

  Markup text(String text) {
    out.append(escaped(text));
    return this;
  }

  /** Style rules of our own, which hold none of the characters that would need escaping. */
  Markup rules(String css) {
    if (css.contains("<") || css.contains("&") || css.contains(">")) {
      throw new IllegalArgumentException("style rules with markup");
    }
    out.append(css);
    return this;
  }

  private static String escaped(String text) {
    return text.chars().allMatch(Markup::plain) ? text : replaced(text);
  }

  /** Most text needs no look at each of its characters' meanings. */
  private static boolean plain(int c) {
    return c >= ' ' && c <= '~' && "&<>\"'".indexOf(c) < 0;
  }

  private static String replaced(String text) {
    return SafeText.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** The page so far; every element must be closed. */
  String page() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return "<!DOCTYPE html>\n" + out;
  }
}
