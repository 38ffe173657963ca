package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Group;
import io.shardwright.bench.report.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Commands that move no bytes, or few, from the shell.
 *
 * @param limit of commands that have an input
 * @param commands {@code SRC} stands for the input, {@code DST} for an output
 */
record Timed(
    String id, String title, Input input, OptionalDouble limit, List<List<String>> commands)
    implements Case {
  static final String SOURCE = "SRC";
  static final String TARGET = "DST";
  private static final int RUNS_PER_PAIR = 2;

  /** A plan of what no disk has room for is shown, and says so. */
  private static final Set<Integer> PLANNED = Set.of(0, 5);

  @Override
  public List<Input> inputs() {
    return List.of(input);
  }

  @Override
  public void measure(Bench bench, Results results) {
    var files = Map.of(SOURCE, bench.input(input) + "", TARGET, target(bench) + "");
    for (List<String> words : commands) {
      var command = bench.tool(words.stream().map(word -> files.getOrDefault(word, word)).toList());
      boolean larger = input.sparse() && words.contains("plan");
      var readings = readings(bench, command, larger ? PLANNED : Set.of(0));
      boolean limited = words.contains(SOURCE);
      String what = title + ": `" + String.join(" ", words) + "`";
      results.add(
          new Figure(
              Group.START,
              id,
              what,
              Spread.of(readings.stream().map(Reading::seconds).toList()),
              limited ? limit : OptionalDouble.empty(),
              readings.size() + " runs"));
      double most = input.ofManyExperts() ? Peaks.PLANNED : Peaks.MOST;
      results.add(Peaks.figure(id, what, most, readings.stream()));
    }
  }

  private static Path target(Bench bench) {
    Path target = bench.output("target.nemo");
    try {
      Files.createDirectories(target.getParent());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    bench.place().settle(target);
    return target;
  }

  private static List<Reading> readings(Bench bench, List<String> command, Set<Integer> codes) {
    bench.stopwatch().run(command, codes);
    var readings = new ArrayList<Reading>();
    for (int n = 0; n < RUNS_PER_PAIR * bench.pairs(); n++) {
      readings.add(bench.stopwatch().run(command, codes));
    }
    return readings;
  }
}
