package io.shardwright.bench;

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
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The inner loops alone, by JMH. */
record Loops() implements Case {
  /** Of fewer JMH computes no interval. */
  private static final int FEWEST = 3;

  private static final int NAME = 0;
  private static final int SCORE = 4;
  private static final int ERROR = 5;
  private static final int FIRST_PARAMETER = 7;

  @Override
  public String id() {
    return "loops";
  }

  @Override
  public String title() {
    return "casts, spread and gather of row cuts, checksums, by JMH";
  }

  @Override
  public List<Input> inputs() {
    return List.of();
  }

  @Override
  public void measure(Bench bench, Results results) {
    Path table = bench.place().folder().resolve("loops.csv");
    var options =
        "-f 1 -wi 3 -w 1s -i %d -r 1s -foe true -rf csv -rff"
            .formatted(Math.max(FEWEST, bench.pairs()));
    var words = new ArrayList<>(List.of("org.openjdk.jmh.Main"));
    words.addAll(List.of(options.split(" ")));
    words.add(table.toString());
    bench.stopwatch().run(bench.java(words));
    lines(table).stream().skip(1).map(this::figure).forEach(results::add);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** JMH quotes words, and leaves parameters empty where a benchmark has none. */
  private Figure figure(String line) {
    List<String> cells = List.of(line.replace("\"", "").split(","));
    List<String> path = List.of(cells.get(NAME).split("\\."));
    String loop = path.get(path.size() - 2).replace("Benchmark", "");
    String name = loop + "." + path.get(path.size() - 1);
    String parameters =
        cells.stream()
            .skip(FIRST_PARAMETER)
            .filter(cell -> !cell.isEmpty())
            .collect(Collectors.joining(" "));
    double score = Double.parseDouble(cells.get(SCORE));
    double error = Double.parseDouble(cells.get(ERROR));
    return new Figure(
        Group.LOOPS,
        id(),
        (name + " " + parameters).strip(),
        new Spread(score, Math.max(0, score - error), score + error),
        OptionalDouble.empty(),
        "99.9 % interval");
  }
}
