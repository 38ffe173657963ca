package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random models over both namings, both layouts and random grids. */
class LayoutPropertyTest {
  private static final int MODELS = 60;
  private static final int STEPS = 3;

  @TempDir Path folder;

  /** A place on the way. */
  private record Way(String naming, String layout, int tensor, int pipeline) {
    List<Object> options(long vocabulary) {
      return List.of(
          "--naming",
          naming,
          "--layout",
          layout,
          "--tp",
          tensor,
          "--pp",
          pipeline,
          "--vocab-size",
          vocabulary);
    }
  }

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
      Path home = go(before, new Way("mcore", "ranks", 1, 1), model, seed + "-home");
      assertEquals(Checkpoints.found(source), Checkpoints.found(home), where);
    }
  }

  private Path go(Path source, Way way, TinyGpt model, String name) {
    Path target = folder.resolve("to" + name + ".nemo");
    Checkpoints.reshard(source, target, way.options(model.vocabulary).toArray());
    return target;
  }

  private static Way way(Random random, TinyGpt model) {
    boolean legacy = model.legacyToo() && random.nextBoolean();
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int pipeline = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    return new Way(
        legacy ? "legacy" : "mcore",
        random.nextBoolean() ? "ranks" : "distributed",
        tensor,
        pipeline);
  }
}
