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

/** Work done by PyTorch, where it is found, against the same done in Java, by turns. */
record Devices() implements Case {
  private static final List<String> OTHERS = List.of("cpu", "cuda:0");

  /**
   * Something to do.
   *
   * @param exact whether every device must give the same bytes
   */
  private record Work(String title, Input input, boolean exact, List<String> options) {}

  @Override
  public String id() {
    return "devices";
  }

  @Override
  public String title() {
    return "through PyTorch on the processor and on a GPU, where they are found";
  }

  @Override
  public List<Input> inputs() {
    return List.of(Input.TP1, Input.HUGGING_FACE, Input.LORA);
  }

  @Override
  public void measure(Bench bench, Results results) {
    for (String device : OTHERS) {
      try {
        for (Work work : works(bench)) {
          compare(bench, work, device, results);
        }
      } catch (IllegalStateException absent) {
        bench.log().accept("without " + device + ": " + absent.getMessage().strip());
      }
    }
    bench.place().settle(bench.output("kept.nemo"), bench.output("target.nemo"));
  }

  private static List<Work> works(Bench bench) {
    var cast = List.of("reshard", "--dtype", "fp16", "--allow-lossy");
    String lora = bench.input(Input.LORA).toString();
    return List.of(
        new Work("TP 1 → 8", Input.TP1, true, List.of("reshard", "--tp", "8")),
        new Work("bf16 → fp16", Input.TP1, true, cast),
        new Work(
            "LoRA of rank 16 merged",
            Input.HUGGING_FACE,
            false,
            List.of("convert", "--lora", lora)));
  }

  private void compare(Bench bench, Work work, String device, Results results) {
    Path there = bench.output("target.nemo");
    Path here = bench.output("kept.nemo");
    var ratios = new ArrayList<Double>();
    var readings = new ArrayList<Reading>();
    var java = new ArrayList<Double>();
    for (int n = 0; n <= bench.pairs(); n++) {
      Reading reading = run(bench, work, device, there);
      double seconds = run(bench, work, "jvm", here).seconds();
      if (n == 0) {
        continue;
      }
      ratios.add(reading.seconds() / seconds);
      readings.add(reading);
      java.add(seconds);
    }
    String what = work.title() + ", " + device;
    String detail =
        "%.2f s, jvm %.2f s"
            .formatted(
                Spread.of(readings.stream().map(Reading::seconds).toList()).median(),
                Spread.of(java).median());
    bench.log().accept(what + ": " + detail);
    results.add(figure(Group.DEVICES, what, Spread.of(ratios), OptionalDouble.empty(), detail));
    results.add(Peaks.figure(id(), what, readings.stream()).withoutLimit());
    if (work.exact()) {
      double differing = Workplace.same(here, there) ? 0 : 1;
      results.add(
          figure(Group.SAME, what, Spread.of(differing), OptionalDouble.of(0), "bytes of jvm"));
    }
  }

  private Figure figure(
      Group group, String what, Spread spread, OptionalDouble limit, String detail) {
    return new Figure(group, id(), what, spread, limit, detail);
  }

  private static Reading run(Bench bench, Work work, String device, Path target) {
    bench.place().settle(target);
    var words = new ArrayList<>(work.options());
    words.addAll(1, List.of(bench.input(work.input()).toString(), target.toString()));
    words.addAll(Mode.BARE.options());
    words.addAll(List.of("--device", device, "--quiet"));
    return bench.stopwatch().run(bench.tool(words));
  }
}
