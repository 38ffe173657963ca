package io.shardwright.bench.report;

import java.util.List;
import java.util.Locale;

/** A drawing, built element by element. Colours are classes, so that light and dark can differ. */
final class Svg {
  private static final String STYLE =
      """
      <style>
        text { fill: #1d2430; font: 12px system-ui, sans-serif; }
        .title { font-size: 15px; font-weight: 600; }
        .end { text-anchor: end; }
        .quiet { fill: #5d6675; }
        .paper { fill: #ffffff; }
        .grid { stroke: #dde1e7; }
        .limit { stroke: #b3261e; stroke-width: 2; }
        polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .f0 { fill: #2a6fb0; } .f1 { fill: #d98a1f; } .f2 { fill: #3f8f5f; } .f3 { fill: #8a5aa8; }
        .l0 { stroke: #2a6fb0; } .l1 { stroke: #d98a1f; } .l2 { stroke: #3f8f5f; } .l3 { stroke: #8a5aa8; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e7eaef; }
          .quiet { fill: #9aa4b2; }
          .paper { fill: #14181f; }
          .grid { stroke: #2c333d; }
          .limit { stroke: #ff8a80; }
          .f0 { fill: #6aaeea; } .f1 { fill: #f0b35a; } .f2 { fill: #74c596; } .f3 { fill: #c39be0; }
          .l0 { stroke: #6aaeea; } .l1 { stroke: #f0b35a; } .l2 { stroke: #74c596; } .l3 { stroke: #c39be0; }
        }
      </style>
      """;

  private final StringBuilder body = new StringBuilder();

  /** A point. */
  record Point(double x, double y) {}

  void text(double x, double y, String style, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
    add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", style, x, y, escaped);
  }

  void box(double x, double y, double width, double height, String style) {
    add(
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\"/>",
        style, x, y, Math.max(0, width), height);
  }

  void line(Point from, Point to, String style) {
    add(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style, from.x(), from.y(), to.x(), to.y());
  }

  void course(List<Point> points, String style) {
    var places = new StringBuilder();
    points.forEach(point -> places.append("%.1f,%.1f ".formatted(point.x(), point.y())));
    add("<polyline class=\"%s\" points=\"%s\"/>", style, places.toString().strip());
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** The whole drawing. */
  String document(int width, int height, String label) {
    String head =
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">
        """
            .formatted(width, height, width, height, label);
    return head
        + STYLE
        + "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n".formatted(width, height)
        + body
        + "</svg>\n";
  }
}
