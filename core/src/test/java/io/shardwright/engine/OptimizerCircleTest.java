package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.GridOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Grid;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.CoreVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainings with random states on their way through forms and grids, and back. */
@Tag("sampled")
class OptimizerCircleTest {
  private static final int MODELS = Integer.getInteger("shardwright.density", 1);

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  static GridOptions form(String kind, int core) {
    return new GridOptions(
        Optional.of(new CoreVersion(0, core)),
        OptionalInt.empty(),
        OptionalLong.empty(),
        Optional.of(kind),
        OptionalLong.empty());
  }

  static GridOptions buckets(long ranks) {
    return new GridOptions(
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        Optional.of("dp_reshardable"),
        OptionalLong.of(ranks));
  }

  /** Two grids with other ranks of data, tied and untied, with experts and without. */
  @Test
  void flatBuffersGiveBackWhatTheyWereGiven() {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var kinds = TinyExperts.Kind.values();
      var kind = kinds[kinds.length - 1 - (int) (seed % kinds.length)];
      Path model = TinyExperts.writeFinite(kind, random, folder.resolve("model" + seed));
      Path home = folder.resolve("home" + seed);
      order(model, home, 1, 1).to(MegatronCircleTest.TORCH_DIST).done();
      TinyTraining.in(home, TinyTraining.Form.FULLY_RESHARDABLE, random);
      Path moved = folder.resolve("moved" + seed);
      Order far = order(home, moved, 3, 2).to(MegatronCircleTest.MEGATRON);
      Path further = folder.resolve("further" + seed);
      Order next = order(moved, further, 1, 1).to(MegatronCircleTest.TORCH_DIST);
      Path back = folder.resolve("back" + seed);
      Order home2 = order(further, back, 1, 1).to(MegatronCircleTest.TORCH_DIST);
      if (kind.hasExperts()) {
        far.with(parts -> parts.expertModelParallelSize(2).expertTensorParallelSize(1));
        next.with(parts -> parts.expertModelParallelSize(1).expertTensorParallelSize(1));
        home2.with(parts -> parts.expertModelParallelSize(1).expertTensorParallelSize(1));
      }
      far.with(p -> p.gridOptions(buckets(2L + 2 * random.nextInt(2)))).done();
      next.with(p -> p.gridOptions(buckets(1 + random.nextInt(5)))).done();
      home2.with(p -> p.gridOptions(form("fully_reshardable", 16))).done();
      String where = "seed " + seed + ", " + kind;
      assertTrue(Checkpoints.diff(home, moved).same(), where);
      assertEquals(names(Checkpoints.tensors(home)), names(Checkpoints.tensors(back)), where);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TinyTraining.Form.class,
      names = {"NON_DISTRIBUTED", "CHAINED"})
  void formsOfOneOptimizerAndOfSeveralGiveBackWhatTheyWereGiven(TinyTraining.Form form) {
    for (long seed = form.ordinal(); seed < 100L * MODELS; seed += 100) {
      var random = new Random(seed);
      var kind = TinyExperts.Kind.values()[random.nextInt(TinyExperts.Kind.values().length)];
      Path model = TinyExperts.write(kind, random, folder.resolve("model" + seed));
      Path home = folder.resolve("home" + seed);
      order(model, home, 1, 1).to(MegatronCircleTest.TORCH_DIST).done();
      TinyTraining.in(home, form, random);
      Path moved = folder.resolve("moved" + seed);
      Order far = order(home, moved, 3, 2).to(MegatronCircleTest.MEGATRON);
      if (kind.hasExperts()) {
        far.with(parts -> parts.expertModelParallelSize(2).expertTensorParallelSize(1));
      }
      String where = "seed " + seed + ", " + kind;
      far.with(
          p ->
              p.gridOptions(
                  form(random.nextBoolean() ? "fully_reshardable" : "non_distributed", 19)));
      far.done();
      assertTrue(Checkpoints.diff(home, moved).same(), where);
      Path back = folder.resolve("back" + seed);
      Order home2 = order(moved, back, 1, 1).to(MegatronCircleTest.TORCH_DIST);
      if (kind.hasExperts()) {
        home2.with(parts -> parts.expertModelParallelSize(1).expertTensorParallelSize(1));
      }
      home2.with(p -> p.gridOptions(form("fully_reshardable", 16))).done();
      assertEquals(names(Checkpoints.tensors(home)), names(Checkpoints.tensors(back)), where);
    }
  }

  /** The kinds that are written, each as an order asks for it. */
  enum Written {
    FULLY_RESHARDABLE(MegatronCircleTest.MEGATRON),
    NON_DISTRIBUTED(MegatronCircleTest.TORCH_DIST),
    DP_RESHARDABLE(MegatronCircleTest.MEGATRON),
    MEGATRON_RANKS(MegatronCircleTest.MEGATRON),
    LIGHTNING_ARRAYS(TargetFormat.LIGHTNING),
    LIGHTNING_RANKS(TargetFormat.LIGHTNING);

    private final TargetFormat format;

    Written(TargetFormat format) {
      this.format = format;
    }

    void in(Order order, Random random) {
      order.to(format);
      boolean ranks = this == MEGATRON_RANKS || this == LIGHTNING_RANKS;
      order.layout(ranks ? WeightLayout.RANKS : WeightLayout.DISTRIBUTED);
      switch (this) {
        case FULLY_RESHARDABLE -> order.with(p -> p.gridOptions(form("fully_reshardable", 19)));
        case NON_DISTRIBUTED -> order.with(p -> p.gridOptions(form("non_distributed", 19)));
        case DP_RESHARDABLE -> order.with(p -> p.gridOptions(buckets(2L + 2 * random.nextInt(2))));
        default -> {}
      }
    }

    /**
     * A grid without experts over ranks, and chunks of layers, where a form has no place for them.
     */
    Grid grid(Grid grid) {
      boolean nemo = this == LIGHTNING_RANKS;
      boolean plain = nemo || this == LIGHTNING_ARRAYS;
      boolean one = nemo || grid.tensor() > 1 && this == MEGATRON_RANKS;
      boolean whole = nemo || this == MEGATRON_RANKS;
      int experts = one ? 1 : grid.expert();
      return new Grid(
          grid.tensor(),
          grid.pipeline(),
          plain ? 1 : grid.virtual(),
          experts,
          whole ? grid.tensor() : grid.expertTensor());
    }

    void at(Order order, Random random, boolean experts) {
      int pipeline = 1 + random.nextInt(2);
      int chunks = pipeline == 1 ? 1 : 1 + random.nextInt(2);
      int tensor = List.of(1, 3).get(random.nextInt(2));
      Grid grid = grid(new Grid(tensor, pipeline, chunks, 1 + random.nextInt(2), 1));
      order.grid(tensor, pipeline).vp(grid.virtual());
      if (experts) {
        order.with(
            p ->
                p.expertModelParallelSize(grid.expert())
                    .expertTensorParallelSize(grid.expertTensor()));
      }
    }
  }

  /** From kind to kind at other grids, each written by us and read again, and home. */
  @Test
  void everyKindIsAWayToEveryOther() {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var kind = TinyExperts.Kind.values()[(int) (seed * 2 + seed / 2 % 2) % 4];
      Path model = TinyExperts.writeFinite(kind, random, folder.resolve("model" + seed));
      Path home = folder.resolve("home" + seed);
      order(model, home, 1, 1).to(MegatronCircleTest.TORCH_DIST).done();
      TinyTraining.in(home, TinyTraining.Form.FULLY_RESHARDABLE, random);
      var way = new ArrayList<>(List.of(Written.values()));
      Collections.shuffle(way, random);
      Path at = home;
      for (Written next : way) {
        Path target = folder.resolve(next.name() + seed);
        Order order = Order.of(at, target).vocab(TinyExperts.VOCABULARY);
        next.in(order, random);
        next.at(order, random, kind.hasExperts());
        at = done(order, "seed " + seed + ", " + kind + ", " + way + ", " + next);
      }
      Path back = folder.resolve("back" + seed);
      Order last = order(at, back, 1, 1).to(MegatronCircleTest.TORCH_DIST);
      if (kind.hasExperts()) {
        last.with(p -> p.expertModelParallelSize(1).expertTensorParallelSize(1));
      }
      last.with(p -> p.gridOptions(form("fully_reshardable", 16)));
      String where = "seed " + seed + ", " + kind + ", " + way;
      done(last, where);
      assertEquals(names(Checkpoints.tensors(home)), names(Checkpoints.tensors(back)), where);
    }
  }

  private static Path done(Order order, String where) {
    return Assertions.assertDoesNotThrow(order::done, where);
  }

  /** Whichever word stands for the master weights. */
  static List<String> names(List<String> tensors) {
    return tensors.stream()
        .map(line -> line.replace("chained_0.", "").replace("state.param.", "state.fp32_param."))
        .sorted()
        .toList();
  }

  private static Order order(Path source, Path target, int tensor, int pipeline) {
    return Order.of(source, target)
        .grid(tensor, pipeline)
        .vp(1)
        .layout(WeightLayout.DISTRIBUTED)
        .vocab(TinyExperts.VOCABULARY);
  }
}
