package io.shardwright.core.report;

import io.shardwright.core.ProgressListener.Phase;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.Needs;
import io.shardwright.core.report.RunCourse.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Memory and throughput over time. */
record CourseSection(Contents contents) {
  /** Fewer points make no curve. */
  private static final int FEWEST = 3;

  private static final int BUCKETS = 40;

  /** The throughput of a shorter run is that of a cold machine. */
  private static final double SHORTEST = 0.5;

  void write(Markup page) {
    if (contents.report().isEmpty()) {
      needs(page);
      return;
    }
    var samples = contents.course().samples();
    if (samples.isEmpty()) {
      return;
    }
    page.in("section").leaf("h2", "Memory and throughput");
    if (samples.size() < FEWEST) {
      page.leaf("p", "The run was too short for a curve.", "class", "note");
    } else {
      page.in("div", "class", "pictures");
      figure(page, "Memory over time", memory(samples), memoryNote());
      throughput(samples)
          .ifPresent(chart -> figure(page, "Throughput over time", chart, throughputNote()));
      page.end();
    }
    page.end();
  }

  private void needs(Markup page) {
    Needs needs = contents.plan().needs();
    page.in("section", "class", needs.fits() ? "" : "refusal").leaf("h2", "Memory and disk");
    if (!needs.fits()) {
      page.in("p").leaf("span", "Too little disk", "class", "verdict bad");
      page.text(" A run would be refused.").end();
    }
    page.leaf(
            "p",
            String.format(
                Locale.ROOT,
                "A run takes %s of buffers for %d threads%s, whatever the model's size, plus the"
                    + " program itself, and %s on the target's disk%s.",
                ByteSize.text(needs.bufferBytes()),
                needs.threads(),
                needs.deviceBytes() > 0
                    ? " and up to " + ByteSize.text(needs.deviceBytes()) + " of the GPU's memory"
                    : "",
                ByteSize.text(needs.diskBytes()),
                needs.diskFreeBytes().isPresent()
                    ? ", where " + ByteSize.text(needs.diskFreeBytes().getAsLong()) + " were free"
                    : ""),
            "class",
            "note")
        .end();
  }

  private static void figure(Markup page, String title, Chart chart, String note) {
    page.in("figure", "class", "picture").in("figcaption").leaf("strong", title).end();
    chart.write(page);
    page.leaf("p", note, "class", "note").end();
  }

  private static double seconds(List<Sample> samples) {
    return samples.get(samples.size() - 1).nanos() / 1e9;
  }

  private static Chart memory(List<Sample> samples) {
    var lines = new ArrayList<Chart.Line>();
    if (samples.stream().allMatch(sample -> sample.resident().isPresent())) {
      lines.add(line("first", "process", samples, s -> s.resident().getAsLong()));
    }
    lines.add(line("second", "Java heap", samples, Sample::heap));
    lines.add(line("third", "buffers", samples, Sample::direct));
    return new Chart(
        "Memory over time in bytes", seconds(samples), lines, value -> ByteSize.text(value));
  }

  private static Chart.Line line(
      String kind, String name, List<Sample> samples, ToDoubleFunction<Sample> value) {
    return new Chart.Line(
        kind,
        name,
        samples.stream().map(s -> s.nanos() / 1e9).toList(),
        samples.stream().map(value::applyAsDouble).toList());
  }

  private String memoryNote() {
    return "The plan asks for "
        + ByteSize.text(contents.plan().needs().bufferBytes())
        + " of buffers, whatever the model's size. The heap falls when Java collects garbage; until"
        + " then it also holds buffers of earlier work.";
  }

  /** Empty where a phase was over too soon. */
  private static Optional<Chart> throughput(List<Sample> samples) {
    var lines = Stream.of(Phase.values()).flatMap(phase -> phase(samples, phase).stream()).toList();
    return lines.isEmpty() || seconds(samples) < SHORTEST
        ? Optional.empty()
        : Optional.of(
            new Chart(
                "Throughput over time in bytes a second",
                seconds(samples),
                lines,
                value -> ByteSize.text(value) + "/s"));
  }

  /** The mean rate of each of a few equal spans of time. */
  private static Optional<Chart.Line> phase(List<Sample> samples, Phase phase) {
    var own = samples.stream().filter(sample -> sample.phase() == phase).toList();
    var times = new ArrayList<Double>();
    var values = new ArrayList<Double>();
    double span = seconds(samples) / BUCKETS;
    int from = 0;
    for (int to = 1; to < own.size(); to++) {
      double took = (own.get(to).nanos() - own.get(from).nanos()) / 1e9;
      if (took >= span && took > 0) {
        times.add((own.get(to).nanos() + own.get(from).nanos()) / 2e9);
        values.add((own.get(to).done() - own.get(from).done()) / took);
        from = to;
      }
    }
    String kind = phase == Phase.COPY ? "first" : "second";
    String name = phase == Phase.COPY ? "copy" : "verify";
    return values.size() < 2
        ? Optional.empty()
        : Optional.of(new Chart.Line(kind, name, times, values));
  }

  private static String throughputNote() {
    return "Bytes of tensors, of the source while copying and of the target while it is read back."
        + " Between the two it is forced to disk.";
  }

  /**
   * Lines over time, from zero up.
   *
   * @param title for those who hear it
   * @param seconds that the time axis covers
   * @param lines at least one
   * @param unit says a value in words
   */
  private record Chart(
      String title, double seconds, List<Line> lines, DoubleFunction<String> unit) {
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

    void write(Markup page) {
      double top =
          nice(
              lines.stream().flatMap(l -> l.values().stream()).mapToDouble(v -> v).max().orElse(1));
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

    /**
     * The next of 1, 1.5, 2, 3, 5, 7.5 times a power of two's thousand, so that ticks are round.
     */
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
}
