package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.measure.Workplace;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Group;
import io.shardwright.bench.report.Results;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The same bytes on any number of threads. */
record Threads() implements Case {
  private static final List<Integer> THREADS = List.of(1, 2, 3, 4, 8);

  @Override
  public String id() {
    return "threads";
  }

  @Override
  public String title() {
    return "TP 1 → 8 on 1, 2, 3, 4 and 8 threads";
  }

  @Override
  public List<Input> inputs() {
    return List.of(Input.TP1);
  }

  @Override
  public void measure(Bench bench, Results results) {
    Path source = bench.input(Input.TP1);
    Path first = bench.output("kept.nemo");
    bench.place().settle(first);
    int differing = 0;
    var times = new ArrayList<String>();
    for (int threads : THREADS) {
      Path target = threads == THREADS.get(0) ? first : bench.output("target.nemo");
      bench.place().settle(target);
      Reading reading = reshard(bench, source, target, threads);
      times.add("%d: %.2f s".formatted(threads, reading.seconds()));
      differing += Workplace.same(first, target) ? 0 : 1;
    }
    bench.place().settle(first, bench.output("target.nemo"));
    results.add(
        new Figure(
            Group.SAME,
            id(),
            title(),
            Spread.of(differing),
            OptionalDouble.of(0),
            String.join(", ", times)));
  }

  private static Reading reshard(Bench bench, Path source, Path target, int threads) {
    var words = List.of("reshard", source, target, "--tp", 8, "--threads", threads, "--no-sync");
    return bench.stopwatch().run(bench.tool(words.stream().map(Object::toString).toList()));
  }
}
