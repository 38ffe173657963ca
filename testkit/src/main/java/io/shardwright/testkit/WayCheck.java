package io.shardwright.testkit;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks that cutting and merging a sample restores every bit, within the limits that the adapter
 * declares.
 */
final class WayCheck {

  /** Lists of grids; of each list the first possible one is tested. */
  private static final List<List<Grid>> GRIDS =
      List.of(
          List.of(Grid.of(2, 2), Grid.of(2, 1), Grid.of(1, 2)),
          List.of(Grid.of(4, 1), Grid.ONE),
          List.of(Grid.of(2, 2).experts(2), Grid.of(2, 1).experts(2), Grid.ONE.experts(2)),
          List.of(Grid.of(2, 1).experts(2).expertTensor(1)));

  /** One grid for each dimension whose size is above 1 in it alone. */
  private static final List<Grid> SINGLE =
      List.of(Grid.of(2, 1), Grid.of(1, 2), Grid.ONE.experts(2));

  private final ModelFamilyAdapter adapter;
  private final SampleModel sample;
  private final ModelConfig config;
  private final Naming used;
  private final Workbench bench;
  private final Findings findings = new Findings();

  WayCheck(ModelFamilyAdapter adapter, SampleModel sample, Path folder) {
    this.adapter = adapter;
    this.sample = sample;
    this.config = sample.config();
    this.used = adapter.naming(config);
    this.bench = Workbench.of(adapter, sample, folder);
  }

  private static ReshardRequestBuilder to(
      ReshardRequestBuilder request, Naming naming, Grid grid, WeightLayout layout) {
    return request
        .naming(naming)
        .layout(layout)
        .tensorModelParallelSize(grid.tensor())
        .pipelineModelParallelSize(grid.pipeline())
        .expertModelParallelSize(grid.expert())
        .expertTensorParallelSize(grid.expertTensor());
  }

  private boolean supported(Grid grid) {
    return allow(adapter.parallelism(), grid);
  }

  private static boolean allow(SupportedParallelism limits, Grid grid) {
    return limits.allows(ParallelDimension.TENSOR, grid.tensor())
        && limits.allows(ParallelDimension.PIPELINE, grid.pipeline())
        && limits.allows(ParallelDimension.EXPERT, grid.expert());
  }

  /** Returns why a grid is impossible for this sample; empty if it is possible. */
  private Optional<String> refusal(Naming naming, Grid grid, WeightLayout layout) {
    try {
      bench.plan(request -> to(request, naming, grid, layout));
      return Optional.empty();
    } catch (PlanRejectedException rejected) {
      return Optional.of(rejected.getMessage());
    }
  }

  void backAgain() {
    Map<String, String> before = bench.sums(bench.source());
    for (Naming naming : adapter.equivalentNamings(config)) {
      for (List<Grid> grids : GRIDS) {
        grids.stream()
            .filter(grid -> supported(grid) && (naming != used || !grid.equals(Grid.ONE)))
            .anyMatch(grid -> way(naming, grid, WeightLayout.RANKS, before));
      }
      if (naming == Naming.MCORE) {
        way(naming, Grid.ONE, WeightLayout.DISTRIBUTED, before);
      }
    }
    findings.requireNone();
  }

  /** Checks one grid; returns false if it is impossible for this sample. */
  private boolean way(Naming naming, Grid grid, WeightLayout layout, Map<String, String> before) {
    Path cut;
    try {
      cut = bench.reshard(bench.source(), request -> to(request, naming, grid, layout));
    } catch (PlanRejectedException impossible) {
      return false;
    }
    Path home = bench.reshard(cut, request -> to(request, used, Grid.ONE, WeightLayout.RANKS));
    Map<String, String> after = bench.sums(home);
    for (String name : before.keySet()) {
      boolean same = before.get(name).equals(after.get(name));
      findings.require(
          same || naming != used && optional(name),
          "after the way over "
              + naming
              + " naming, "
              + grid
              + " and back '"
              + name
              + "' is "
              + (after.containsKey(name) ? "another" : "gone")
              + ": its rows do not say the same in both directions");
    }
    return true;
  }

  /**
   * Tells whether a tensor may be absent in another naming, or is a buffer that the engine
   * computes.
   */
  private boolean optional(String name) {
    return Answers.inForce(adapter, config, used).stream()
        .filter(rule -> rule.traits().mayBeAbsent() || rule.traits().rotary())
        .anyMatch(rule -> RowName.matches(rule.pattern(), RowName.withoutPrefix(name)));
  }

  /** Checks that a cut sample has the shapes of the real checkpoints. */
  void cutsAsListed() {
    for (Listing listing : sample.cut()) {
      Grid grid = listing.grid();
      Path cut =
          bench.reshard(bench.source(), request -> to(request, used, grid, WeightLayout.RANKS));
      Map<String, Map<String, Shape>> found = bench.shapes(cut);
      listing
          .files()
          .forEach((file, tensors) -> compare(file, tensors, found.getOrDefault(file, Map.of())));
    }
    findings.requireNone();
  }

  private void compare(String file, Map<String, Shape> listed, Map<String, Shape> made) {
    listed.forEach(
        (name, shape) -> {
          Shape own = made.get(name);
          if (own == null) {
            findings.add(file + " has '" + name + "', which the rows do not put there");
          } else {
            findings.require(own.equals(shape), misshapen(file, name, shape, own));
          }
        });
    made.keySet().stream()
        .filter(name -> !listed.containsKey(name))
        .forEach(name -> findings.add(file + " lacks '" + name + "', which the rows put there"));
  }

  private static String misshapen(String file, String name, Shape listed, Shape own) {
    return "in "
        + file
        + " '"
        + name
        + "' has shape "
        + listed
        + ", and the rows give "
        + own
        + ": column cuts axis 0, row cuts axis 1, replicated none";
  }

  /** Checks that sizes above 1 which the adapter excludes are refused. */
  void limits() {
    var limits = adapter.parallelism();
    for (Grid grid : SINGLE) {
      if (!supported(grid)) {
        try {
          bench.plan(request -> to(request, used, grid, WeightLayout.RANKS));
          findings.add(grid + " is planned although parallelism() excludes it");
        } catch (PlanRejectedException rejected) {
          findings.require(
              rejected.code() == ErrorCode.DIMENSION_UNSUPPORTED, rejected.getMessage());
        }
      }
    }
    findings.require(
        limits.equals(adapter.parallelism()), "parallelism() answers differently when asked again");
    findings.requireNone();
  }

  /**
   * Checks that for every grid which the adapter supports some sample can be cut; fails with the
   * reasons.
   *
   * @param declared the dimensions that are to be used
   */
  static void everyDimensionIsUsed(
      ModelFamilyAdapter adapter,
      SupportedParallelism declared,
      List<SampleModel> samples,
      Path folder) {
    var findings = new Findings();
    var checks = new ArrayList<WayCheck>();
    for (SampleModel sample : samples) {
      checks.add(new WayCheck(adapter, sample, folder.resolve("sample" + checks.size())));
    }
    for (Grid grid : SINGLE) {
      var reasons = new ArrayList<String>();
      boolean used =
          checks.stream()
              .filter(check -> allow(declared, grid))
              .map(check -> check.refusal(check.used, grid, WeightLayout.RANKS))
              .peek(refusal -> refusal.ifPresent(reasons::add))
              .anyMatch(Optional::isEmpty);
      findings.require(
          used || reasons.isEmpty(),
          "parallelism() allows "
              + grid
              + " and no sample can be cut so: give num_layers, heads and experts that 2 divides: "
              + String.join("; ", reasons));
    }
    findings.requireNone();
  }
}
