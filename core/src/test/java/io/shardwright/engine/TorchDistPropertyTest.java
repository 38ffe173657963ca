package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.GridOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
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

/** Random models into {@code torch_dist} on random grids and back. */
@Tag("sampled")
class TorchDistPropertyTest {
  private static final int GRIDS = 4 * Integer.getInteger("shardwright.density", 1);
  private static final int MODELS = 6 * Integer.getInteger("shardwright.density", 1);

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  @Test
  void theWayBackIsTheIdentity() {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("source" + seed));
      boolean legacy = model.legacyToo() && random.nextBoolean();
      Path from = legacy ? renamed(source, model, seed) : source;
      Path there = there(from, model, random, seed);
      Path again =
          Order.of(there, folder.resolve("again" + seed))
              .config(source.resolve("model_config.yaml"))
              .vocab(model.vocabulary)
              .to(TorchDistTest.TORCH_DIST)
              .grid(1 + random.nextInt(2) * (model.groups > 1 ? 1 : 0), 1)
              .done();
      Path back =
          Order.of(again, folder.resolve("back" + seed + ".nemo"))
              .config(source.resolve("model_config.yaml"))
              .vocab(model.vocabulary)
              .layout(WeightLayout.RANKS)
              .grid(1, 1)
              .done();
      String where = "seed " + seed + ", " + model;
      assertEquals(TorchDistTest.values(source), TorchDistTest.values(back), where);
    }
  }

  @Test
  void expertsOverRanksComeBackWhole() {
    Path mixtral = Path.of("src/test/resources/community/mixtral");
    for (long seed = 0; seed < GRIDS; seed++) {
      var random = new Random(seed);
      var sizes = new int[] {1 << random.nextInt(2), 1 << random.nextInt(2)};
      int expert = 1 << random.nextInt(3);
      int each = 1 << random.nextInt(2);
      Path there =
          Order.of(mixtral, folder.resolve("experts" + seed))
              .to(TorchDistTest.TORCH_DIST)
              .grid(sizes[0], sizes[1])
              .with(p -> p.expertModelParallelSize(expert).expertTensorParallelSize(each))
              .done();
      Path back = Order.of(there, folder.resolve("hf" + seed)).to(TargetFormat.HUGGING_FACE).done();
      assertEquals(
          TorchDistTest.values(mixtral),
          TorchDistTest.values(back),
          "seed " + seed + ", " + List.of(sizes[0], sizes[1], expert, each));
    }
  }

  private Path renamed(Path source, TinyGpt model, long seed) {
    return Order.of(source, folder.resolve("legacy" + seed + ".nemo"))
        .naming(Naming.LEGACY)
        .vocab(model.vocabulary)
        .done();
  }

  private Path there(Path source, TinyGpt model, Random random, long seed) {
    int tensor = model.groups > 1 && random.nextBoolean() ? 2 : 1;
    int pipeline = 1 + random.nextInt(2);
    int virtual = pipeline > 1 && model.layers % 4 == 0 ? 1 + random.nextInt(2) : 1;
    var core = new CoreVersion(0, 6 + random.nextInt(14));
    var files = random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(9)) : OptionalInt.empty();
    var options = new GridOptions(Optional.of(core), files, OptionalLong.empty());
    return Order.of(source, folder.resolve("there" + seed))
        .to(TorchDistTest.TORCH_DIST)
        .with(parts -> parts.gridOptions(options))
        .grid(tensor, pipeline)
        .vp(virtual)
        .vocab(model.vocabulary)
        .done();
  }
}
