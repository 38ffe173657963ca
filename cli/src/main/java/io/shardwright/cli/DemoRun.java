package io.shardwright.cli;

import io.shardwright.ReportFile;
import io.shardwright.Shardwright;
import io.shardwright.core.Comparison;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.core.outline.ShellWords;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.core.report.HtmlReport;
import io.shardwright.core.report.RunRecorder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the demo does: through a grid, through another one, and back. */
final class DemoRun {
  /** Two targets, what comes back, and the page of the first target. */
  static final List<String> VIT =
      List.of("vit-tp2.nemo", "vit-tp4.nemo", "vit-again", "vit-report.html");

  static final List<String> LLAMA =
      List.of("llama-tp2pp2.nemo", "llama-tp4.nemo", "llama-again", "report.html");

  /** All names that the demo makes. */
  static final List<String> MADE =
      Stream.of(VIT, LLAMA, List.of(manifest(VIT), manifest(LLAMA))).flatMap(List::stream).toList();

  private static String manifest(List<String> made) {
    return made.get(0) + ".manifest.json";
  }

  /** A run, done. */
  record Step(ReshardPlan plan, Report report, RunRecorder recorder) {}

  /**
   * The way of a model and what became of its tensors.
   *
   * @param logical tensors that are equal in every target
   * @param stored tensors that came back
   */
  record Trip(String model, List<Step> steps, long logical, int stored, boolean same) {}

  private final Shardwright shardwright;
  private final RunOptions run;
  private final DemoFiles files;
  private final List<Trip> trips = new ArrayList<>();

  DemoRun(Shardwright shardwright, RunOptions run, DemoFiles files) {
    this.shardwright = shardwright;
    this.run = run;
    this.files = files;
  }

  List<Trip> trips() {
    return trips;
  }

  Path page() {
    return files.path(LLAMA.get(3));
  }

  /** A fused QKV of the model that came last. */
  TensorPicture picture() {
    return last().steps().get(0).plan().outline().pictures().get(0);
  }

  private Trip last() {
    return trips.get(trips.size() - 1);
  }

  /** Goes the way, compares what comes back with the original and writes the page of the start. */
  boolean roundTrip(String model, List<String> made, int pipeline) {
    Path start = files.path(model);
    Path first = files.path(made.get(0));
    Path second = files.path(made.get(1));
    Path back = files.path(made.get(2));
    var steps =
        List.of(
            run(request(start, first, 2, pipeline).format(TargetFormat.NEMO).manifest(true)),
            run(request(first, second, 4, 1)),
            run(request(second, back, 1, 1).format(TargetFormat.HUGGING_FACE)));
    var before = sums(start);
    var found = List.of(diff(start, first), diff(start, second), diff(start, back));
    boolean same = found.stream().allMatch(Comparison::same) && before.equals(sums(back));
    trips.add(new Trip(model, steps, found.get(0).compared(), before.size(), same));
    write(steps.get(0), pipeline, files.path(made.get(3)));
    return last().same();
  }

  /** The demo's own files from an earlier run are replaced. */
  private static ReshardRequestBuilder request(Path source, Path target, int tensor, int pipeline) {
    return ReshardRequest.builder(source, target)
        .tensorModelParallelSize(tensor)
        .pipelineModelParallelSize(pipeline)
        .overwrite(true);
  }

  private Step run(ReshardRequestBuilder request) {
    ReshardPlan plan = shardwright.plan(request.run(run).build());
    var recorder = new RunRecorder(ProgressListener.SILENT);
    return new Step(plan, shardwright.run(plan, recorder), recorder);
  }

  private Comparison diff(Path start, Path target) {
    return shardwright.diff(start, target, RunOptions.DEFAULT, ProgressListener.SILENT);
  }

  private Map<String, String> sums(Path checkpoint) {
    return shardwright
        .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .collect(
            Collectors.toMap(
                sum -> sum.spec().toString(), TensorSum::sha256, String::concat, TreeMap::new));
  }

  private static void write(Step step, int pipeline, Path page) {
    var request = step.plan().request();
    var command = Program.words();
    command.addAll(List.of("convert", request.source() + "", request.target() + ""));
    command.addAll(List.of("--tp", "2", "--pp", pipeline + "", "--manifest"));
    command.addAll(List.of("--report", page + "", "--overwrite"));
    var made =
        HtmlReport.of(step.plan())
            .ran(step.report(), step.recorder().course())
            .madeBy(command, ShardwrightCommand.Version.text());
    ReportFile.write(made, page, true);
  }

  /** Commands to be pasted. */
  List<String> next() {
    String llama = files.path(LLAMA.get(0)).toString();
    String mine = files.path("my-llama.nemo").toString();
    String page = files.path("my-llama.html").toString();
    return List.of(
        line("inspect", llama, "--tensors"),
        line("diff", files.path("vit-digits") + "", files.path(VIT.get(1)) + ""),
        line("reshard", llama, mine, "--tp", "4", "--pp", "1", "--report", page));
  }

  private static String line(String... command) {
    var words = Program.words();
    words.addAll(List.of(command));
    return ShellWords.line(words);
  }
}
