package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.report.Results;
import java.util.List;
import java.util.stream.Stream;

/** All layers of a 70B-shaped checkpoint, read and merged into a sink that counts. */
record Sparse() implements Case {
  private static final int SAMPLE_MILLIS = 200;

  @Override
  public String id() {
    return "sparse-70b";
  }

  @Override
  public String title() {
    return "LLaMA 2 70B, TP 8 PP 4 → TP 4, all 80 layers, `-Xmx256m`";
  }

  @Override
  public List<Input> inputs() {
    return List.of(Input.SEVENTY_BILLION);
  }

  @Override
  public void measure(Bench bench, Results results) {
    String source = bench.input(Input.SEVENTY_BILLION).toString();
    var command = bench.java(List.of(SparseRun.class.getName(), source, "4", "2", "all"));
    Reading reading = bench.stopwatch().sampled(SAMPLE_MILLIS, command);
    String printed = bench.stopwatch().printed().strip();
    bench.log().accept("%s in %.1f s".formatted(printed, reading.seconds()));
    var figure = Peaks.figure(id(), title(), Stream.of(reading));
    results.add(figure.with("%s in %.0f s".formatted(printed, reading.seconds())));
    results.addCourse("70B, 139 GB", reading.samples());
  }
}
