package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.OptimizerCircleTest.Written;
import io.shardwright.engine.RandomTraining.Model;
import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random trainings in every form that is read, on their way to the forms that are written. */
@Tag("sampled")
class TrainingSourcesTest {
  private static final int DENSITY = Integer.getInteger("shardwright.density", 1);

  private static final Map<String, RandomTraining> TRAININGS = new HashMap<>();

  @TempDir(factory = MemoryFolders.class)
  private static Path once;

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private static RandomTraining training(Model model, DType dtype, long seed) {
    String name = model + "-" + dtype + "-" + seed;
    return TRAININGS.computeIfAbsent(
        name, key -> RandomTraining.of(model, dtype, new Random(seed), once.resolve(name)));
  }

  /** The forms that the rules are stated for once more. */
  enum Source {
    DISTRIB_OPTIM,
    DP_ZERO_GATHER_SCATTER,
    DP_RESHARDABLE,
    FULLY_SHARDED_BUCKET_SPACE,
    MODEL_SPACE,
    ZARR,
    FSDP;

    Path write(RandomTraining training, Grid grid, Path target, Random random) throws IOException {
      return switch (this) {
        case DISTRIB_OPTIM -> flat(training, grid, random).inRanks(target);
        case DP_ZERO_GATHER_SCATTER, DP_RESHARDABLE, FULLY_SHARDED_BUCKET_SPACE ->
            flat(training, grid, random).inArrays(target, FlatSource.Form.valueOf(name()));
        case MODEL_SPACE ->
            TinyTraining.again(training, target, TinyTraining.Form.MODEL_SPACE, random);
        case ZARR -> ArraySource.write(training, grid, target);
        case FSDP -> TorchSource.write(training, target);
      };
    }

    /** Rank files list their parameters, as our writer does in Transformer Engine's order. */
    private FlatSource flat(RandomTraining training, Grid grid, Random random) throws IOException {
      boolean listed = this == DISTRIB_OPTIM;
      boolean grouped = !listed && random.nextBoolean();
      boolean local = !listed && random.nextBoolean();
      var cut = new RankCut(training.whole(grid), grid, training.gated(), local, grouped);
      var size =
          random.nextBoolean() ? OptionalInt.of(600 + random.nextInt(3000)) : OptionalInt.empty();
      boolean old = this == FULLY_SHARDED_BUCKET_SPACE && random.nextBoolean();
      return new FlatSource(training, cut, size, old ? 1 : FlatTraining.ALIGNED, 4);
    }

    /** PyTorch's own optimizer keeps no masters; rank files of NeMo have no place for more. */
    Grid grid(RandomTraining training, Random random) {
      Grid grid = training.grid(random);
      return switch (this) {
        case DISTRIB_OPTIM ->
            grid.tensor() > 1 ? grid.experts(1).expertTensor(grid.tensor()) : grid;
        case ZARR ->
            training.gatedBias()
                ? Grid.of(1, grid.pipeline())
                : Grid.of(grid.tensor(), grid.pipeline());
        default -> grid;
      };
    }
  }

  /** At density 3 each form goes to each. */
  @ParameterizedTest
  @EnumSource(Source.class)
  void everyFormGoesToThoseThatAreWrittenAndBack(Source source) throws IOException {
    var models = List.of(Model.values());
    for (int seed = 0; seed < DENSITY; seed++) {
      var random = new Random(100L * seed + source.ordinal());
      boolean torch = source == Source.FSDP;
      Model model = models.get(torch ? 1 + random.nextInt(3) : (seed + source.ordinal()) % 4);
      Path own = folder.resolve(source.name() + seed);
      var training = RandomTraining.of(model, torch ? DType.FLOAT32 : DType.BFLOAT16, random, own);
      Grid grid = source.grid(training, random);
      Path from = source.write(training, grid, own.resolve("source"), random);
      String where = source + " seed " + seed + ", " + training.name() + ", " + grid;
      var written = List.of(Written.values());
      for (int at = 0; at < (DENSITY < 3 ? 1 : 2); at++) {
        Written next = written.get((seed + source.ordinal() + 3 * at) % written.size());
        Path target = own.resolve(next.name());
        Order order = training.order(from, target, Grid.ONE);
        next.in(order, random);
        Grid other = next.grid(training.grid(random));
        training.cut(order, other);
        assertDoesNotThrow(order::done, where + " to " + next + " " + other);
        assertBack(training, target, own.resolve("back" + at), where + " to " + next + " " + other);
      }
    }
  }

  /** Experts have ranks of data of their own, fewer than all else has. */
  @Test
  void buffersOfSeveralBucketsAreWrittenAsTheyWereRead() throws IOException {
    var training = training(Model.MIXTRAL, DType.BFLOAT16, 0);
    for (int ranks = 3; ranks <= 4; ranks++) {
      Grid grid = ranks == 3 ? Grid.of(1, 2).experts(3) : Grid.of(3, 1).experts(2).expertTensor(1);
      long wanted = ranks;
      var cut = new RankCut(training.whole(grid), grid, true, false, true);
      var source = new FlatSource(training, cut, OptionalInt.of(700), FlatTraining.ALIGNED, ranks);
      Path from = folder.resolve("from " + grid);
      Path target = folder.resolve("target " + grid);
      source.inArrays(from, FlatSource.Form.DP_RESHARDABLE);
      training
          .order(from, target, grid)
          .to(MegatronCircleTest.TORCH_DIST)
          .with(p -> p.gridOptions(OptimizerCircleTest.buckets(wanted)))
          .done();
      assertEquals(buckets(from), buckets(target), grid.toString());
      assertTrue(buckets(from).keySet().stream().anyMatch(key -> key.contains("chained_1")));
      assertTrue(buckets(from).keySet().stream().anyMatch(key -> key.contains("bucket_idx_2")));
    }
  }

  /** What lies in each bucket, and how large it is. */
  private static Map<String, String> buckets(Path of) {
    var held = HeldItems.of(of);
    var found = new TreeMap<String, String>();
    held.arrays().forEach((key, array) -> found.put(key, HexFormat.of().formatHex(array.bytes())));
    found.keySet().removeIf(key -> !key.contains("gbuf_idx"));
    held.objects().keySet().stream()
        .filter(key -> key.contains("per_bucket_numel"))
        .forEach(key -> found.put(key, held.object(key).toString()));
    return found;
  }

  private static void assertBack(RandomTraining training, Path from, Path back, String where) {
    Order order = training.order(from, back, Grid.ONE).to(MegatronCircleTest.TORCH_DIST);
    order.with(p -> p.gridOptions(OptimizerCircleTest.form("fully_reshardable", 16)));
    assertDoesNotThrow(order::done, where + " and back");
    assertEquals(
        OptimizerCircleTest.names(Checkpoints.tensors(training.home())),
        OptimizerCircleTest.names(Checkpoints.tensors(back)),
        where);
  }
}
