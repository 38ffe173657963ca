package io.shardwright.bench.report;

import io.shardwright.bench.measure.Reading.Sample;
import io.shardwright.bench.report.Svg.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The results as a picture: bars of ratios, with the limit of each, and memory over the time of
 * runs of very different size.
 */
public final class Chart {
  private static final int WIDTH = 860;
  private static final int LEFT = 190;
  private static final int RIGHT = 800;
  private static final int BAR = 15;
  private static final int GAP = 12;
  private static final int TOP = 92;
  private static final int PLOT = 210;
  private static final double MEGABYTE = 1e6;
  private static final double MOST_MEMORY = 400;
  private static final double MEMORY_SCALE = 450;
  private static final int COLOURS = 4;

  private final Results results;
  private final Svg svg = new Svg();
  private int bottom;

  private Chart(Results results) {
    this.results = results;
  }

  /** An SVG document for light and dark surroundings. */
  public static String of(Results results) {
    var chart = new Chart(results);
    chart.walls();
    chart.courses();
    return chart.svg.document(WIDTH, chart.bottom + 20, "time and memory of conversions");
  }

  private void walls() {
    Map<String, List<Figure>> byCase =
        results.of(Group.WALL).stream()
            .collect(Collectors.groupingBy(Figure::id, LinkedHashMap::new, Collectors.toList()));
    if (byCase.isEmpty()) {
      return;
    }
    double most =
        Math.ceil(
            byCase.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Chart::reach)
                .max()
                .orElse(1));
    svg.text(20, 30, "title", "Wall time, in copies of a file of the target's size");
    legend(byCase.values().iterator().next());
    int y = TOP;
    for (List<Figure> figures : byCase.values()) {
      svg.text(LEFT - 10, y + BAR * 2 - 4, "end", name(figures.get(0)));
      for (int mode = 0; mode < figures.size(); mode++) {
        bar(figures.get(mode), mode, y + mode * BAR, most);
      }
      y += figures.size() * BAR + GAP;
    }
    svg.text(scaled(1, most) + 4, TOP - 4, "quiet", "cp");
    svg.line(new Point(scaled(1, most), TOP - 14), new Point(scaled(1, most), y - GAP + 6), "grid");
    bottom = y;
  }

  private static double reach(Figure figure) {
    return Math.max(figure.spread().median(), figure.limit().orElse(1));
  }

  private static String name(Figure figure) {
    return figure.what().substring(0, figure.what().lastIndexOf(", "));
  }

  private static String mode(Figure figure) {
    return figure.what().substring(figure.what().lastIndexOf(", ") + 2);
  }

  private void legend(List<Figure> figures) {
    double x = 20;
    for (int mode = 0; mode < figures.size(); mode++) {
      svg.box(x, 48, 10, 10, "f" + mode);
      svg.text(x + 16, 57, "quiet", mode(figures.get(mode)));
      x += 190;
    }
    svg.line(new Point(x + 4, 46), new Point(x + 4, 60), "limit");
    svg.text(x + 12, 57, "quiet", "at most");
  }

  private void bar(Figure figure, int mode, int y, double most) {
    double median = figure.spread().median();
    svg.box(LEFT, y, scaled(median, most) - LEFT, BAR - 3, "f" + mode);
    figure
        .limit()
        .ifPresent(
            limit -> {
              double x = scaled(limit, most);
              svg.line(new Point(x, y - 1), new Point(x, y + BAR - 2), "limit");
            });
    double end = Math.max(scaled(median, most), scaled(figure.limit().orElse(0), most));
    svg.text(end + 6, y + BAR - 4, "quiet", figure.group().format(median) + " ×");
  }

  private static double scaled(double value, double most) {
    return LEFT + Math.max(0, value) / most * (RIGHT - LEFT - 40);
  }

  private void courses() {
    Map<String, List<Sample>> courses = results.courses();
    if (courses.isEmpty()) {
      return;
    }
    int top = bottom + 70;
    int floor = top + PLOT;
    svg.text(20, bottom + 40, "title", "Resident memory over the time of a run, MB");
    for (int megabytes = 0; megabytes <= MOST_MEMORY; megabytes += 100) {
      double y = memory(megabytes, floor);
      boolean limit = megabytes == MOST_MEMORY;
      svg.line(new Point(60, y), new Point(RIGHT - 240, y), limit ? "limit" : "grid");
      svg.text(52, y + 4, "quiet end", Integer.toString(megabytes));
    }
    svg.text(60, floor + 18, "quiet", "start");
    svg.text(RIGHT - 240, floor + 18, "quiet end", "end of the run");
    List<String> names = List.copyOf(courses.keySet());
    for (int n = 0; n < names.size(); n++) {
      course(names.get(n), courses.get(names.get(n)), n, floor);
    }
    bottom = floor + 20;
  }

  private void course(String name, List<Sample> samples, int number, int floor) {
    double last = samples.get(samples.size() - 1).seconds();
    double width = RIGHT - 300.0;
    var points =
        samples.stream()
            .map(
                sample ->
                    new Point(
                        60 + sample.seconds() / last * width,
                        memory(sample.bytes() / MEGABYTE, floor)))
            .toList();
    String colour = Integer.toString(number % COLOURS);
    svg.course(points, "l" + colour);
    int y = floor - PLOT + 20 + number * 20;
    svg.box(RIGHT - 220, y - 9, 10, 10, "f" + colour);
    svg.text(RIGHT - 204, y, "quiet", "%s, %.0f s".formatted(name, last));
  }

  private static double memory(double megabytes, int floor) {
    return floor - Math.min(1, megabytes / MEMORY_SCALE) * PLOT;
  }
}
