package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ReshardRequest;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TinyGpt;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.PlanRejectedException.Alternative;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A refusal's alternatives against planning them all. */
class HintPropertyTest {
  private static final int MODELS = 20;

  /** No model here has more layers. */
  private static final int MOST_STAGES = 8;

  @TempDir Path folder;
  private final Shardwright shardwright = Shardwright.create();

  @Test
  void everyHintedGridPlansAndNoNearerOneDoes() throws IOException {
    int hinted = 0;
    for (long seed = 0; seed < MODELS; seed++) {
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("model" + seed));
      var random = new Random(seed);
      for (int ask = 0; ask < 4; ask++) {
        var wanted = new Alternative(1 << random.nextInt(6), 1 << random.nextInt(4));
        OptionalLong size =
            random.nextInt(4) == 0 ? OptionalLong.empty() : OptionalLong.of(model.vocabulary);
        var refusal = refusal(source, wanted, size);
        if (refusal.isPresent()) {
          String where = "seed " + seed + ", " + wanted + ", " + model;
          hinted += check(refusal.get(), source, wanted, size, where);
        }
      }
    }
    assertTrue(hinted > 8, "too few hints: " + hinted);
  }

  private int check(
      PlanRejectedException refusal,
      Path source,
      Alternative wanted,
      OptionalLong size,
      String where) {
    var expected =
        IntStream.rangeClosed(1, MOST_STAGES)
            .filter(stages -> wanted.tensor() * wanted.pipeline() % stages == 0)
            .mapToObj(
                stages -> new Alternative(wanted.tensor() * wanted.pipeline() / stages, stages))
            .filter(grid -> refusal(source, grid, size).isEmpty())
            .sorted(java.util.Comparator.comparingDouble(grid -> distance(wanted, grid)))
            .limit(3)
            .toList();
    assertEquals(
        expected.stream().map(grid -> distance(wanted, grid)).toList(),
        refusal.alternatives().stream().map(grid -> distance(wanted, grid)).toList(),
        where);
    refusal
        .alternatives()
        .forEach(grid -> assertDoesNotThrow(() -> plan(source, grid, size), where + ": " + grid));
    assertEquals(!expected.isEmpty(), refusal.getMessage().contains("hint: "), where);
    return expected.size();
  }

  private static double distance(Alternative wanted, Alternative other) {
    return Math.abs(Math.log((double) other.tensor() / wanted.tensor()));
  }

  private Optional<PlanRejectedException> refusal(
      Path source, Alternative grid, OptionalLong size) {
    try {
      plan(source, grid, size);
      return Optional.empty();
    } catch (PlanRejectedException refusal) {
      return Optional.of(refusal);
    }
  }

  private void plan(Path source, Alternative grid, OptionalLong size) {
    var request =
        ReshardRequest.builder(source, folder.resolve("none.nemo"))
            .tensorModelParallelSize(grid.tensor())
            .pipelineModelParallelSize(grid.pipeline());
    size.ifPresent(request::vocabSize);
    shardwright.plan(request.build());
  }

  @Test
  void namesTheGridForAModelOfFourQueryGroups() throws IOException {
    Path llama = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("plan", llama, out, "--tp", "8");
    assertEquals(6, run.code());
    assertTrue(run.err().contains("num_query_groups=4 is not divisible by 8"), run.err());
    assertTrue(run.err().contains("hint: with the same 8 ranks, TP 4, PP 2"), run.err());
    Run json = Run.of("plan", llama, out, "--tp", "8", "--json");
    assertTrue(json.out().contains("\"code\" : \"SW-204\""), json.out());
    assertTrue(json.out().contains("\"pipeline_model_parallel_size\" : 2"), json.out());
  }

  @Test
  void tellsAllReasonsAtOnceTheVocabularyAmongThem() throws IOException {
    int all = 0;
    for (long seed = 0; seed < 12; seed++) {
      var model = new TinyGpt(seed);
      if (model.groups > 1) {
        Path halves = folder.resolve("halves" + seed);
        Path whole = model.write(folder.resolve("whole" + seed));
        Run.reshard(whole, halves, "--tp", 2, "--vocab-size", model.vocabulary);
        Run run = Run.of("plan", halves, folder.resolve("out.nemo"), "--tp", "3", "--pp", "3");
        assertEquals(6, run.code(), "seed " + seed);
        assertTrue(run.err().contains("can't be cut for"), "seed " + seed + run.err());
        assertTrue(run.err().contains("num_layers="), "seed " + seed + run.err());
        all += run.err().contains("--vocab-size") ? 1 : 0;
      }
    }
    assertTrue(all > 1, "vocabularies that matter: " + all);
  }
}
