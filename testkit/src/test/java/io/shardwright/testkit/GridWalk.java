package io.shardwright.testkit;

import static io.shardwright.spi.WeightLayout.DISTRIBUTED;
import static io.shardwright.spi.WeightLayout.RANKS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Takes a family of stacks and rows, and nothing else, from grid to grid. */
record GridWalk(Path folder) {
  /** A family that only has stacks and rows. */
  static final class Family extends TinyAdapter {
    private final List<LayerStack> stacks;
    private final ParameterTable rows;

    Family(List<LayerStack> stacks, ParameterTable rows) {
      this.stacks = stacks;
      this.rows = rows;
    }

    @Override
    public List<LayerStack> stacks() {
      return stacks;
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return rows;
    }

    @Override
    public List<Naming> namings(ModelConfig config) {
      return List.of(naming(config));
    }

    @Override
    public List<HuggingFaceModel> huggingFaceModels() {
      return List.of();
    }
  }

  Workbench bench(Family family, String config, long seed) {
    return Workbench.of(
        family, SampleModel.of("seed " + seed, config), folder.resolve("s" + System.nanoTime()));
  }

  static Path home(Workbench bench, Path cut) {
    return bench.reshard(
        cut, to -> to.tensorModelParallelSize(1).pipelineModelParallelSize(1).layout(RANKS));
  }

  /**
   * Goes to every grid and to arrays and back, and returns the numbers of stages that are legal.
   */
  Set<Integer> everyGrid(Family family, String config, int most, long seed) {
    var bench = bench(family, config, seed);
    var before = bench.sums(bench.source());
    var legal =
        IntStream.rangeClosed(1, most)
            .filter(stages -> isLegal(bench, stages))
            .boxed()
            .collect(Collectors.toSet());
    var grids = new ArrayList<Grid>();
    legal.forEach(stages -> List.of(1, 2, 4).forEach(t -> grids.add(Grid.of(t, stages))));
    Collections.shuffle(grids, new Random(seed));
    Path at = bench.source();
    for (Grid grid : grids) {
      var layout = grid.tensor() == 2 && grid.pipeline() < 3 ? DISTRIBUTED : RANKS;
      at =
          bench.reshard(
              at,
              to ->
                  to.tensorModelParallelSize(grid.tensor())
                      .pipelineModelParallelSize(grid.pipeline())
                      .layout(layout));
    }
    assertEquals(before, bench.sums(home(bench, at)), "seed " + seed + ", " + grids);
    return legal;
  }

  private static boolean isLegal(Workbench bench, int stages) {
    try {
      bench.plan(to -> to.pipelineModelParallelSize(stages));
      return true;
    } catch (PlanRejectedException impossible) {
      return false;
    }
  }

  static Map<String, Shape> arrays(Workbench bench) {
    var all = new HashMap<String, Shape>();
    bench
        .shapes(bench.reshard(bench.source(), to -> to.layout(DISTRIBUTED)))
        .values()
        .forEach(all::putAll);
    return all;
  }
}
