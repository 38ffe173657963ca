package io.shardwright.core.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Lines over time, from zero up.
 *
 * @param title for those who hear it
 * @param seconds that the time axis covers
 * @param lines at least one
 * @param unit says a value in words
 */
record Chart(String title, double seconds, List<Line> lines, DoubleFunction<String> unit)
    implements Section {
  /**
   * A line.
   *
   * @param kind its class in the style sheet
   * @param name shown at its end
   * @param times in seconds
   * @param values one for each time
   */
  record Line(String kind, String name, List<Double> times, List<Double> values) {}

  private static final double LEFT = 62;
  private static final double RIGHT = 330;
  private static final double TOP = 12;
  private static final double BOTTOM = 150;
  private static final int TICKS = 3;

  @Override
  public void write(Markup page) {
    double top =
        nice(lines.stream().flatMap(l -> l.values().stream()).mapToDouble(v -> v).max().orElse(1));
    page.in("svg", "viewBox", "0 0 420 180", "role", "img").leaf("title", title);
    for (int tick = 0; tick <= TICKS; tick++) {
      double y = BOTTOM - (BOTTOM - TOP) * tick / TICKS;
      page.empty("line", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y, "class", "rule");
      page.leaf(
          "text",
          unit.apply(top * tick / TICKS),
          "x",
          LEFT - 6,
          "y",
          y + 3.5,
          "class",
          "tick",
          "text-anchor",
          "end");
    }
    time(page, 0, LEFT, "start");
    time(page, seconds, RIGHT, "end");
    lines.forEach(line -> line(page, line, top));
    labels(page, top);
    page.end();
  }

  private static void time(Markup page, double seconds, double x, String anchor) {
    String text = seconds == 0 ? "0 s" : Headline.time(seconds);
    page.leaf("text", text, "x", x, "y", BOTTOM + 16, "class", "tick", "text-anchor", anchor);
  }

  /** The next of 1, 1.5, 2, 3, 5, 7.5 times a power of two's thousand, so that ticks are round. */
  private static double nice(double value) {
    double unit = Math.pow(1024, Math.floor(Math.log(Math.max(1, value)) / Math.log(1024)));
    double[] steps = {1.5, 3, 6, 9, 12, 15, 30, 60, 90, 120, 150, 300, 600, 900, 1200};
    for (double step : steps) {
      if (value <= step * unit) {
        return step * unit;
      }
    }
    return value;
  }

  private double x(double time) {
    return LEFT + (RIGHT - LEFT) * (seconds == 0 ? 0 : time / seconds);
  }

  private static double y(double value, double top) {
    return BOTTOM - (BOTTOM - TOP) * value / top;
  }

  private void line(Markup page, Line line, double top) {
    var points = new StringBuilder();
    for (int i = 0; i < line.times().size(); i++) {
      points.append(
          String.format(
              Locale.ROOT, "%.1f,%.1f ", x(line.times().get(i)), y(line.values().get(i), top)));
    }
    page.empty("polyline", "points", points.toString().strip(), "class", "line " + line.kind());
  }

  /** Names at the lines' ends, moved apart where they would meet. */
  private void labels(Markup page, double top) {
    double lowest = BOTTOM + 12;
    var byHeight = lines.stream().sorted((a, b) -> Double.compare(last(a), last(b))).toList();
    for (Line line : byHeight) {
      double y = Math.min(lowest - 12, y(last(line), top) + 3.5);
      page.leaf("text", line.name(), "x", RIGHT + 8, "y", y, "class", "label " + line.kind());
      lowest = y;
    }
  }

  private static double last(Line line) {
    return line.values().isEmpty() ? 0 : line.values().get(line.values().size() - 1);
  }
}
