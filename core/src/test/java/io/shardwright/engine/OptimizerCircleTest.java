package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.GridOptions;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.CoreVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
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
    for (long seed = 0; seed < 3L * MODELS; seed++) {
      var random = new Random(seed);
      var kinds = TinyExperts.Kind.values();
      var kind = kinds[(int) (seed % kinds.length)];
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
      far.with(p -> p.gridOptions(buckets(1 + random.nextInt(5)))).done();
      next.with(p -> p.gridOptions(buckets(1 + random.nextInt(5)))).done();
      home2.with(p -> p.gridOptions(form("fully_reshardable", 16))).done();
      String where = "seed " + seed + ", " + kind;
      assertTrue(Checkpoints.diff(home, moved).same(), where);
      assertEquals(names(Checkpoints.tensors(home)), names(Checkpoints.tensors(back)), where);
    }
  }

  @ParameterizedTest
  @EnumSource(TinyTraining.Form.class)
  void everyFormGivesBackWhatItWasGiven(TinyTraining.Form form) {
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

  /** Whichever word stands for the master weights. */
  private static List<String> names(List<String> tensors) {
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
