package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensor and pipeline parallelism of legacy GPT and LLaMA, against what NeMo 1.23.0 wrote. */
class PipelineTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5b-like", "llama-mha-legacy"})
  void splitsOverStagesAsNemoDoes(String model) throws IOException {
    Path out = folder.resolve("out.nemo");
    reshard(copy(model + "-tp1.nemo"), out, 2, 2);
    assertEquals(Checkpoints.expected(model + "-tp2pp2.nemo"), Checkpoints.found(out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5b-like", "llama-mha-legacy"})
  void mergesTheStagesThatNemoSplit(String model) throws IOException {
    Path out = folder.resolve("out.nemo");
    reshard(copy(model + "-tp2pp2.nemo"), out, 1, 1);
    assertEquals(Checkpoints.expected(model + "-tp1.nemo"), Checkpoints.found(out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5b-like", "llama-mha-legacy"})
  void anyDetourGivesWhatTheDirectWayGives(String model) throws IOException {
    Path one = copy(model + "-tp1.nemo");
    Path before = one;
    int[][] grids = {{1, 4}, {4, 2}, {2, 1}, {4, 4}, {1, 2}, {2, 2}};
    for (int i = 0; i < grids.length; i++) {
      Path direct = folder.resolve("direct" + i + ".nemo");
      Path detour = folder.resolve("detour" + i + ".nemo");
      reshard(one, direct, grids[i][0], grids[i][1]);
      reshard(before, detour, grids[i][0], grids[i][1]);
      assertEquals(Checkpoints.found(direct), Checkpoints.found(detour), "grid " + i);
      before = detour;
    }
    Path back = folder.resolve("back.nemo");
    reshard(before, back, 1, 1);
    assertEquals(Checkpoints.expected(model + "-tp1.nemo"), Checkpoints.found(back));
  }

  @Test
  void takesTheVocabularySizeFromTheTokenizer() throws IOException {
    Path out = folder.resolve("out.nemo");
    Order.of(copy("gpt-5b-like-tp2pp2.nemo"), out).grid(1, 1).done();
    assertEquals(Checkpoints.expected("gpt-5b-like-tp1.nemo"), Checkpoints.found(out));
  }

  @Test
  void asksForTheVocabularySizeWhereNothingTells() throws IOException {
    Path out = folder.resolve("out.nemo");
    Path source = folder.resolve("source");
    Order.of(copy("gpt-5b-like-tp2pp2.nemo"), source).done();
    try (var files = Files.list(source)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".model")).toList()) {
        Files.delete(file);
      }
    }
    Order.of(source, out).grid(1, 1).tried().assertRefused(Kind.PLAN, "vocabSize");
    Order.of(source, out).tp(1).vocab(300).tried().assertRefused(Kind.PLAN);
    assertFalse(Files.exists(out));
  }

  @Test
  void neverCastsInverseFrequencies() throws IOException {
    Path out = folder.resolve("out.nemo");
    Path source = copy("llama-mha-legacy-tp1.nemo");
    Order.of(source, out).dtype(DType.BFLOAT16).lossy().done();
    var before = Checkpoints.expected("llama-mha-legacy-tp1.nemo");
    var after = Checkpoints.found(out);
    String buffer = before.stream().filter(l -> l.contains("inv_freq")).findFirst().orElseThrow();
    assertTrue(after.contains(buffer), buffer);
    assertEquals(before.size() - 1, after.stream().filter(l -> l.contains("bfloat16")).count());
  }

  @Test
  void namesAllReasonsAtOnceWithTheLegalSizes() throws IOException {
    Path out = folder.resolve("out.nemo");
    Order.of(copy("llama-mha-legacy-tp1.nemo"), out)
        .grid(3, 3)
        .tried()
        .assertRefused(
            Kind.PLAN,
            "num_layers=4 is not divisible by",
            "Choose 1, 2 or 4.",
            "num_attention_heads=4 is not divisible by 3");
  }

  private void reshard(Path source, Path target, int tensor, int pipeline) {
    Order.of(source, target).grid(tensor, pipeline).vocab(250).tried().assertDone();
  }

  private Path copy(String name) throws IOException {
    return Checkpoints.copy(name, folder);
  }
}
