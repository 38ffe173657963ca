package io.shardwright.bench;

import io.shardwright.bench.input.Decoder;
import io.shardwright.bench.input.Marks;
import io.shardwright.bench.input.RankParts;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A program of its own: {@code SparseRun FOLDER RANKS THREADS [all]} cuts a 70B-shaped checkpoint
 * with marks for so many ranks into a sink that counts bytes and checks every mark; its first
 * layers or all of them.
 */
public final class SparseRun {
  private SparseRun() {}

  /** Prints what was read and how many marks were right. */
  public static void main(String[] args) {
    int ranks = Integer.parseInt(args[1]);
    int threads = Integer.parseInt(args[2]);
    boolean all = List.of(args).contains("all");
    var sink = run(Decoder.SEVENTY_BILLION, Path.of(args[0]), ranks, threads, all);
    System.out.printf("%d bytes passed, %d marks right%n", sink.bytes(), sink.right());
  }

  /** Cuts a model's layers into a sink. */
  static MarkSink run(Decoder model, Path folder, int ranks, int threads, boolean all) {
    var registry = AdapterRegistry.load(SparseRun.class.getClassLoader());
    try (var source = open(folder, registry)) {
      var plan = plan(source, registry, ranks, model.vocabulary());
      var steps =
          plan.steps().stream().filter(step -> all || Marks.marked(step.tensor().name())).toList();
      var sink = new MarkSink(new RankParts(model, ranks, 1));
      Executor.run(only(plan, steps), sink, sink, bytes -> {}, Executor.Conditions.of(threads));
      return sink;
    }
  }

  private static ExecutablePlan only(ExecutablePlan plan, List<PlanStep> steps) {
    return new ExecutablePlan(
        plan.source(),
        plan.choice(),
        List.of(),
        plan.files(),
        List.of(),
        List.of(),
        List.of(),
        steps);
  }

  private static ModelSource open(Path folder, AdapterRegistry registry) {
    return new Sources(registry, ReadPolicy.STANDARD, Sources.Given.NONE)
        .open(folder, folder, TrainingOptions.NEWEST, false);
  }

  private static ExecutablePlan plan(
      ModelSource source, AdapterRegistry registry, int ranks, long vocabulary) {
    var description =
        Describer.describe(
            source.name(),
            registry.named("llama"),
            source.config(),
            source.grid(),
            source.sourceFiles(),
            Families.names(source),
            Describer.Wishes.NONE);
    var grid = Grid.of(ranks, 1);
    return Planner.plan(
        description,
        TargetChoice.of(grid, Naming.MCORE, WeightLayout.RANKS),
        List.of(),
        VocabularySize.of(OptionalLong.of(vocabulary)),
        TargetNames.ofRanks(rank -> Integer.toString(rank.tensor()), ""));
  }
}
