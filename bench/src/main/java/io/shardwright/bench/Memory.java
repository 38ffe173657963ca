package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.report.Results;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Peak memory over sizes and grids, and memory over the time of a run. */
record Memory() implements Case {
  private static final int SAMPLE_MILLIS = 20;
  private static final List<Integer> PARTS = List.of(8, 2, 1);
  private static final String CHARTED = "8";
  private static final long MEGABYTE = 1_000_000;

  @Override
  public String id() {
    return "memory";
  }

  @Override
  public String title() {
    return "peak memory over sizes and TP; memory over time";
  }

  @Override
  public List<Input> inputs() {
    return List.of(Input.TP1);
  }

  @Override
  public void measure(Bench bench, Results results) {
    for (int part : PARTS) {
      for (String ranks : List.of("2", CHARTED)) {
        Path source = bench.input(Input.TP1, bench.size() / part);
        Reading reading = reshard(bench, source, ranks);
        String what = "%d MB, TP 1 → %s".formatted(source.toFile().length() / MEGABYTE, ranks);
        results.add(Peaks.figure(id(), what, Stream.of(reading)));
        if (ranks.equals(CHARTED)) {
          results.addCourse(what, reading.samples());
        }
      }
    }
  }

  private static Reading reshard(Bench bench, Path source, String ranks) {
    Path target = bench.output("target.nemo");
    bench.place().settle(target);
    var command =
        bench.tool(
            List.of("reshard", source.toString(), target.toString(), "--tp", ranks, "--quiet"));
    Reading reading = bench.stopwatch().sampled(SAMPLE_MILLIS, command);
    bench.place().settle(target);
    return reading;
  }
}
