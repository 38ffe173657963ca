package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.zarr.ZarrHeader;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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
    feasibility.experts();
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
    feasibility.experts();
    feasibility.layout();
    return feasibility.problems.isEmpty()
        && emissions.stream().allMatch(e -> Cuts.fits(e, wanted.grid().over(e.row())));
  }

  private void add(ErrorCode code, String problem) {
    codes.add(code);
    problems.add(problem);
  }

  private void limits() {
    var allowed = model.family().parallelism(model.config());
    sizes(wanted.grid()).forEach((to, size) -> limit(parallelism(), to, size, "asked for"));
    sizes(model.grid().virtual(1))
        .forEach((from, size) -> limit(allowed, from, size, "the source has"));
  }

  /** Of the target, which another naming can limit. */
  private SupportedParallelism parallelism() {
    var config = new ChangedConfig(model.config(), ConfigChanges.of(model, wanted));
    return model.family().parallelism(config);
  }

  /** Experts are cut like other tensors unless they are cut otherwise. */
  private static Map<ParallelDimension, Integer> sizes(Grid grid) {
    var sizes = grid.sizes();
    sizes.remove(ParallelDimension.EXPERT_TENSOR, grid.tensor());
    return sizes;
  }

  private void limit(
      SupportedParallelism allowed, ParallelDimension dimension, int size, String whose) {
    if (!allowed.allows(dimension, size)) {
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
    if (count == 1 && wanted.splitRank().isPresent()) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          Setting.SPLIT_RANK.inText()
              + "="
              + wanted.splitRank().getAsInt()
              + " needs pipeline_model_parallel_size over 1.");
    }
    boolean spread = count > 1 || !wanted.split().isEven();
    if (spread && parallelism().allows(ParallelDimension.PIPELINE, count)) {
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
    if (wanted.layout() == WeightLayout.RANKS && !wanted.interleaves()) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          key
              + " can't be stored in such rank files, which have one part a stage. Choose none, or "
              + Setting.LAYOUT.inText("distributed")
              + ".");
    }
    if (wanted.grid().pipeline() == 1) {
      add(ErrorCode.PLAN_IMPOSSIBLE, key + " needs pipeline_model_parallel_size over 1.");
    }
  }

  private void experts() {
    Grid grid = wanted.grid();
    emissions.stream()
        .filter(emission -> ExpertBlocks.stacked(emission.row()))
        .filter(emission -> ExpertBlocks.count(emission.row(), model.config()) == 0)
        .findFirst()
        .ifPresent(
            emission ->
                add(
                    ErrorCode.PLAN_IMPOSSIBLE,
                    "'"
                        + emission.name()
                        + "' contains all experts of a layer, but the configuration has no "
                        + emission.row().traits().experts().orElseThrow()
                        + "."));
    boolean allowed = parallelism().allows(ParallelDimension.EXPERT, grid.expert());
    if (allowed && grid.expert() > 1) {
      var rows = emissions.stream().map(Emission::row).filter(ExpertBlocks::isExpert).toList();
      var counts =
          rows.stream()
              .map(row -> row.traits().experts().orElseThrow())
              .distinct()
              .map(key -> model.config().count(key, 1).orElse(0))
              .distinct();
      if (rows.isEmpty()) {
        add(ErrorCode.PLAN_IMPOSSIBLE, expert("=" + grid.expert() + " needs experts. Choose 1."));
      }
      counts
          .filter(count -> count == 0 || count % grid.expert() != 0)
          .forEach(count -> indivisible(rows.get(0), count));
    }
    rankFolders();
    if (wanted.layout() == WeightLayout.RANKS && grid.tensor() % grid.expertTensor() != 0) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          String.format(
              Locale.ROOT,
              "%s=%d can't be stored in rank files, whose names distinguish the ranks of one expert"
                  + " by their rank of %d. Choose %s, or %s.",
              ParallelDimension.EXPERT_TENSOR.configKey(),
              grid.expertTensor(),
              grid.tensor(),
              listed(size -> grid.tensor() % size == 0),
              Setting.LAYOUT.inText("distributed")));
    }
  }

  /**
   * Megatron-LM's ranks have a folder each that are the first of a stage with all tensors, or with
   * all experts: of others that hold what these lack there is none.
   */
  private void rankFolders() {
    Grid grid = wanted.grid();
    IntPredicate told =
        size -> {
          long experts = (long) size * grid.expertTensor();
          return experts % grid.tensor() == 0 || grid.tensor() % experts == 0;
        };
    boolean folders = wanted.layout() == WeightLayout.RANKS && wanted.prefix().isPresent();
    if (folders && !told.test(grid.expert())) {
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          expert("=" + grid.expert())
              + " can't be kept in rank files with "
              + grid
              + ": of tensor_model_parallel_size and the ranks of all experts one must divide the"
              + " other. Choose "
              + listed(told)
              + ", or "
              + Setting.LAYOUT.inText("distributed")
              + ".");
    }
  }

  private void indivisible(ParameterRule row, long count) {
    int ranks = wanted.grid().expert();
    add(
        ErrorCode.NOT_DIVISIBLE,
        String.format(
            Locale.ROOT,
            "%s=%d is not divisible by %s. Choose %s.",
            row.traits().experts().orElseThrow(),
            count,
            expert("=" + ranks),
            listed(size -> size == 1 || count > 0 && count % size == 0)));
  }

  private static String expert(String size) {
    return ParallelDimension.EXPERT.configKey() + size;
  }

  private void layout() {
    if (!model.family().layouts().contains(wanted.layout())) {
      String family = "family '" + model.family().id() + "'";
      add(
          ErrorCode.PLAN_IMPOSSIBLE,
          wanted.items()
              ? family + " supports rank files only, not distributed checkpoints."
              : "NeMo reads checkpoints of "
                  + family
                  + " from rank files only. Choose "
                  + Setting.LAYOUT.inText("ranks")
                  + ".");
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
    boolean apart = wanted.grid().expertTensor() != wanted.grid().tensor();
    for (var dimension : Cuts.DIMENSIONS) {
      var own = emissions.stream().filter(e -> Cuts.dimension(e, apart) == dimension).toList();
      new Cuts(model.config(), dimension, own)
          .problems(wanted.grid().sizes().get(dimension))
          .forEach(problem -> add(ErrorCode.NOT_DIVISIBLE, problem));
    }
  }

  static String listed(IntPredicate legal) {
    return StageFit.listed(IntStream.rangeClosed(1, LARGEST_NAMED).filter(legal).boxed().toList());
  }
}
