package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.zarr.ZarrHeader;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.Segments;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds every reason why a model can't be written as asked. */
final class Feasibility {
  private static final int LARGEST_NAMED = 1024;

  private final ModelDescription model;
  private final TargetChoice wanted;
  private final StageLayers stages;
  private final List<Emission> emissions;
  private final List<String> problems = new ArrayList<>();
  private final List<ErrorCode> codes = new ArrayList<>();

  private Feasibility(
      ModelDescription model, TargetChoice wanted, StageLayers stages, List<Emission> emissions) {
    this.model = model;
    this.wanted = wanted;
    this.stages = stages;
    this.emissions = emissions;
  }

  /**
   * Refuses what can't be done, with all reasons and the nearest grids of as many ranks.
   *
   * @param otherProblems found before
   * @param elsewhere whether all else as asked can be done in another grid
   * @throws PlanRejectedException with the legal values of each size
   */
  static void require(
      ModelDescription model,
      TargetChoice wanted,
      StageLayers stages,
      List<Emission> emissions,
      List<String> otherProblems,
      Predicate<Grid> elsewhere) {
    var feasibility = new Feasibility(model, wanted, stages, emissions);
    otherProblems.stream()
        .distinct()
        .forEach(problem -> feasibility.add(ErrorCode.PLAN_IMPOSSIBLE, problem));
    feasibility.limits();
    feasibility.layers();
    feasibility.virtualStages();
    feasibility.layout();
    feasibility.cuts();
    if (!feasibility.problems.isEmpty()) {
      throw new PlanRejectedException(
          feasibility.codes.get(0),
          model.source(),
          feasibility.problems,
          NearestGrids.of(wanted.grid(), model.layers(), elsewhere));
    }
  }

  /** Whether nothing speaks against it. */
  static boolean possible(
      ModelDescription model, TargetChoice wanted, StageLayers stages, List<Emission> emissions) {
    var feasibility = new Feasibility(model, wanted, stages, emissions);
    feasibility.limits();
    feasibility.layers();
    feasibility.virtualStages();
    feasibility.layout();
    int ranks = wanted.grid().tensor();
    return feasibility.problems.isEmpty()
        && emissions.stream().allMatch(emission -> fits(emission, ranks));
  }

  private void add(ErrorCode code, String problem) {
    codes.add(code);
    problems.add(problem);
  }

  private void limits() {
    Map<ParallelDimension, Integer> sizes = new LinkedHashMap<>();
    sizes.put(ParallelDimension.TENSOR, wanted.grid().tensor());
    sizes.put(ParallelDimension.PIPELINE, wanted.grid().pipeline());
    sizes.put(ParallelDimension.VIRTUAL_PIPELINE, wanted.grid().virtual());
    sizes.forEach((dimension, size) -> limit(dimension, size, "asked for"));
    limit(ParallelDimension.TENSOR, model.grid().tensor(), "the source has");
    limit(ParallelDimension.PIPELINE, model.grid().pipeline(), "the source has");
  }

  private void limit(ParallelDimension dimension, int size, String whose) {
    if (!model.family().parallelism().allows(dimension, size)) {
      add(
          ErrorCode.DIMENSION_UNSUPPORTED,
          String.format(
              Locale.ROOT,
              "adapter '%s' limits %s to 1, %s %d. Choose 1.",
              model.family().id(),
              dimension.configKey(),
              whose,
              size));
    }
  }

  private void layers() {
    int count = wanted.grid().pipeline();
    boolean spread = count > 1 || !wanted.split().isEven();
    if (spread && model.family().parallelism().allows(ParallelDimension.PIPELINE, count)) {
      new StageFit(model, stages)
          .problems()
          .forEach(problem -> add(ErrorCode.NOT_DIVISIBLE, problem));
    }
  }

  private void virtualStages() {
    int chunks = wanted.grid().virtual();
    if (chunks == 1) {
      return;
    }
    String key = ParallelDimension.VIRTUAL_PIPELINE.configKey() + "=" + chunks;
    if (wanted.layout() == WeightLayout.RANKS) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          key
              + " can't be kept in rank files, which have one part per stage. Choose none, or "
              + Setting.LAYOUT.inText("distributed")
              + ".");
    }
    if (wanted.grid().pipeline() == 1) {
      add(ErrorCode.PLAN_IMPOSSIBLE, key + " needs pipeline_model_parallel_size over 1.");
    }
  }

  private void layout() {
    if (!model.family().layouts().contains(wanted.layout())) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          String.format(
              Locale.ROOT,
              "NeMo reads checkpoints of family '%s' from rank files alone. Choose "
                  + Setting.LAYOUT.inText("ranks")
                  + ".",
              model.family().id()));
    }
    if (wanted.layout() == WeightLayout.DISTRIBUTED) {
      model.tensors().stream()
          .filter(tensor -> !ZarrHeader.holds(tensor.spec().dtype()))
          .findFirst()
          .ifPresent(
              tensor ->
                  add(
                      ErrorCode.PLAN_IMPOSSIBLE,
                      "'"
                          + tensor.stored()
                          + "' is "
                          + tensor.spec().dtype().torchName()
                          + ", a type that distributed weights can't have. Choose "
                          + Setting.LAYOUT.inText("ranks")
                          + "."));
    }
  }

  private void cuts() {
    int ranks = wanted.grid().tensor();
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (Emission emission : emissions) {
      problem(emission, ranks)
          .ifPresent(
              reason ->
                  byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(emission.name()));
    }
    byReason.forEach(
        (reason, names) -> add(ErrorCode.NOT_DIVISIBLE, sentence(names, ranks, reason)));
  }

  private String sentence(List<String> names, int ranks, String reason) {
    String others = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
    return String.format(
        Locale.ROOT,
        "'%s'%s can't be cut for %s=%d: %s. Choose %s.",
        names.get(0),
        others,
        ParallelDimension.TENSOR.configKey(),
        ranks,
        reason,
        listed(size -> emissions.stream().allMatch(e -> fits(e, size))));
  }

  /** Vocabulary rows are padded until they do. */
  private static boolean fits(Emission emission, int ranks) {
    return emission.row().traits().vocabPadded() || emission.form().divides(ranks);
  }

  private Optional<String> problem(Emission emission, int ranks) {
    if (fits(emission, ranks)) {
      return Optional.empty();
    }
    var arrangement = emission.row().arrangement();
    return Stream.concat(
            arrangement.headsKey().stream(),
            arrangement.segments().flatMap(Segments::alternating).stream())
        .map(key -> model.config().integer(key).isPresent() ? key : "num_attention_heads")
        .filter(key -> model.config().integer(key).orElse(0) % ranks != 0)
        .map(key -> key + "=" + model.config().integer(key).getAsLong())
        .findFirst()
        .map(count -> count + " is not divisible by " + ranks)
        .or(() -> Optional.of(axis(emission, ranks)));
  }

  private static String axis(Emission emission, int ranks) {
    int stride = emission.row().arrangement().stride();
    return (emission.form().segments().isPresent() ? "a segment of axis " : "axis ")
        + emission.form().cutAxis()
        + " of shape "
        + emission.form().shard(1)
        + " is not divisible by "
        + (stride == 1 ? ranks : stride + " x " + ranks);
  }

  private static String listed(IntPredicate legal) {
    return StageFit.listed(IntStream.rangeClosed(1, LARGEST_NAMED).filter(legal).boxed().toList());
  }
}
