package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random models over both namings, both layouts and random grids. */
@Tag("sampled")
class LayoutPropertyTest {
  private static final int DENSITY = Integer.getInteger("shardwright.density", 1);
  private static final int MODELS = 20 * DENSITY;
  private static final int GATED = 4 * DENSITY;
  private static final int STEPS = 3;

  @TempDir Path folder;

  /** A place on the way. */
  private record Way(Naming naming, WeightLayout layout, int tensor, int pipeline) {}

  @Test
  void anyWayBetweenTwoLayoutsGivesWhatTheDirectOneGives() throws IOException {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("source" + seed));
      Path before = source;
      var ways = new ArrayList<Way>();
      for (int step = 0; step < STEPS; step++) {
        ways.add(way(random, model));
        before = go(before, ways.get(step), model, seed + "-" + step);
      }
      Path direct = go(source, ways.get(STEPS - 1), model, seed + "-direct");
      String where = "seed " + seed + ", " + ways + ", " + model;
      assertEquals(Checkpoints.found(direct), Checkpoints.found(before), where);
      Path home =
          go(before, new Way(Naming.MCORE, WeightLayout.RANKS, 1, 1), model, seed + "-home");
      assertEquals(Checkpoints.found(source), Checkpoints.found(home), where);
    }
  }

  /** As in Hugging Face folders of more than ten layers, whose names are sorted by their digits. */
  @Test
  void layersMayStandInAnyOrderInAFile() throws IOException {
    for (long seed = 0; seed < 5; seed++) {
      var model = new TinyGpt(seed);
      Path source = model.writeBackwards(folder.resolve("backwards" + seed));
      Path arrays =
          go(
              source,
              new Way(Naming.MCORE, WeightLayout.DISTRIBUTED, 1, 1),
              model,
              "-arrays" + seed);
      Path back =
          go(arrays, new Way(Naming.MCORE, WeightLayout.RANKS, 1, 1), model, "-back" + seed);
      assertEquals(Checkpoints.found(source), Checkpoints.found(back), "seed " + seed);
    }
  }

  /** Megatron-Core cuts a gated bias of arrays by rank, whatever it means. */
  @Test
  void aGatedBiasStandsInRankOrder() throws IOException {
    int seen = 0;
    for (long seed = 0; seen < GATED; seed++) {
      var model = new TinyGpt(seed);
      if (model.config.get("activation").endsWith("glu")
          && model.config.get("bias").equals("true")) {
        Path source = model.write(folder.resolve("bias" + seed));
        int ranks = Math.min(2, model.groups);
        Path arrays = folder.resolve("arrays" + seed);
        Path files = folder.resolve("files" + seed);
        Order.of(source, arrays)
            .layout(WeightLayout.DISTRIBUTED)
            .tp(ranks)
            .vocab(model.vocabulary)
            .done();
        Order.of(source, files).tp(ranks).vocab(model.vocabulary).done();
        for (int rank = 0; rank < ranks; rank++) {
          Path chunk =
              arrays.resolve("model_weights/model.decoder.layers.mlp.linear_fc1.bias/1." + rank);
          String member = ranks == 1 ? "" : "mp_rank_0" + rank + "/";
          assertArrayEquals(
              Files.readAllBytes(chunk),
              TinyGpt.bytes(
                  files.resolve(member + "model_weights.ckpt"),
                  "model.decoder.layers.1.mlp.linear_fc1.bias"),
              "seed " + seed);
        }
        seen++;
      }
    }
  }

  private Path go(Path source, Way way, TinyGpt model, String name) {
    return Order.of(source, folder.resolve("to" + name + ".nemo"))
        .naming(way.naming)
        .layout(way.layout)
        .grid(way.tensor, way.pipeline)
        .vocab(model.vocabulary)
        .done();
  }

  private static Way way(Random random, TinyGpt model) {
    boolean legacy = model.legacyToo() && random.nextBoolean();
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int pipeline = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    return new Way(
        legacy ? Naming.LEGACY : Naming.MCORE,
        random.nextBoolean() ? WeightLayout.RANKS : WeightLayout.DISTRIBUTED,
        tensor,
        pipeline);
  }
}
