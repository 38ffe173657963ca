package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.measure.Workplace;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Group;
import io.shardwright.bench.report.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * A whole checkpoint is turned into another: the program and a copy of a file of the target's size,
 * by turns, in every mode.
 *
 * @param verb the command
 * @param options what it is asked
 * @param limit on the ratio without verification
 */
record Moving(
    String id, String title, Input input, String verb, List<String> options, OptionalDouble limit)
    implements Case {
  private static final double MOST_BYTES = 1.02;

  /** The program and the copy, one after the other. */
  private record Pair(Reading tool, Reading copy) {}

  @Override
  public List<Input> inputs() {
    return List.of(input);
  }

  @Override
  public void measure(Bench bench, Results results) {
    Path source = bench.input(input);
    Path kept = keep(bench, source);
    Map<Mode, List<Pair>> pairs = new EnumMap<>(Mode.class);
    for (int n = 0; n < bench.pairs(); n++) {
      for (Mode mode : Mode.values()) {
        var pair = pair(bench, mode, source, kept);
        pairs.computeIfAbsent(mode, m -> new ArrayList<>()).add(pair);
      }
    }
    pairs.forEach((mode, measured) -> results.add(wall(mode, measured)));
    Reading bare = pairs.get(Mode.BARE).get(0).tool();
    results.add(bytes("read", bare.readBytes(), Workplace.size(source)));
    results.add(bytes("written", bare.writtenBytes(), Workplace.size(kept)));
    results.add(
        Peaks.figure(id, title, pairs.values().stream().flatMap(List::stream).map(Pair::tool)));
    bench.place().settle(kept);
  }

  /** The first output warms everything up, and is what is copied then. */
  private Path keep(Bench bench, Path source) {
    Path target = output(bench, "target");
    Path kept = output(bench, "kept");
    Path copy = output(bench, "copy");
    try {
      Files.createDirectories(target.getParent());
      bench.place().settle(target, kept, copy);
      bench.stopwatch().run(command(bench, Mode.SYNCED, source, target));
      Files.move(target, kept);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    bench.stopwatch().run(Mode.SYNCED.copy(kept, copy));
    bench.place().settle(copy);
    return kept;
  }

  /** A file, or the folder of another format. */
  private Path output(Bench bench, String name) {
    return bench.output(options.contains("--to") ? name : name + ".nemo");
  }

  private Pair pair(Bench bench, Mode mode, Path source, Path kept) {
    Path target = output(bench, "target");
    Path copy = output(bench, "copy");
    Reading tool = bench.stopwatch().run(command(bench, mode, source, target));
    bench.place().settle(target);
    Reading copied = bench.stopwatch().run(mode.copy(kept, copy));
    bench.place().settle(copy);
    bench
        .log()
        .accept(
            "%s, %s: %.2f s, copy %.2f s"
                .formatted(title, mode.words(), tool.seconds(), copied.seconds()));
    return new Pair(tool, copied);
  }

  List<String> command(Bench bench, Mode mode, Path source, Path target) {
    var arguments = new ArrayList<>(List.of(verb, source.toString(), target.toString()));
    arguments.addAll(options);
    arguments.addAll(mode.options());
    arguments.add("--quiet");
    return bench.tool(arguments);
  }

  private Figure wall(Mode mode, List<Pair> pairs) {
    var ratios =
        pairs.stream()
            .map(pair -> mode.ratio(pair.tool().seconds(), pair.copy().seconds()))
            .toList();
    String detail =
        "%.2f s, copy %.2f s"
            .formatted(
                median(pairs, pair -> pair.tool().seconds()),
                median(pairs, pair -> pair.copy().seconds()));
    return new Figure(
        Group.WALL, id, title + ", " + mode.words(), Spread.of(ratios), mode.limit(limit), detail);
  }

  private static double median(List<Pair> pairs, ToDoubleFunction<Pair> seconds) {
    return Spread.of(pairs.stream().map(seconds::applyAsDouble).toList()).median();
  }

  private Figure bytes(String verb, long moved, long size) {
    return new Figure(
        Group.BYTES,
        id,
        title + ", " + verb,
        Spread.of((double) moved / size),
        OptionalDouble.of(MOST_BYTES),
        "%d of %d".formatted(moved, size));
  }
}
