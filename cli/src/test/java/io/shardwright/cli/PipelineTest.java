package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
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
    Run.reshard(copy("gpt-5b-like-tp2pp2.nemo"), out, "--tp", 1, "--pp", 1);
    assertEquals(Checkpoints.expected("gpt-5b-like-tp1.nemo"), Checkpoints.found(out));
  }

  @Test
  void asksForTheVocabularySizeWhereNothingTells() throws IOException {
    Path out = folder.resolve("out.nemo");
    Path source = folder.resolve("source");
    Run.reshard(copy("gpt-5b-like-tp2pp2.nemo"), source);
    try (var files = Files.list(source)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".model")).toList()) {
        Files.delete(file);
      }
    }
    Run run = Run.of("reshard", source, out, "--tp", "1", "--pp", "1");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--vocab-size"), run.err());
    Run wrong = Run.of("reshard", source, out, "--tp", "1", "--vocab-size", "300");
    assertEquals(6, wrong.code(), wrong.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void neverCastsInverseFrequencies() throws IOException {
    Path out = folder.resolve("out.nemo");
    Path source = copy("llama-mha-legacy-tp1.nemo");
    Run.reshard(source, out, "--dtype", "bf16", "--allow-lossy");
    var before = Checkpoints.expected("llama-mha-legacy-tp1.nemo");
    var after = Checkpoints.found(out);
    String buffer = before.stream().filter(l -> l.contains("inv_freq")).findFirst().orElseThrow();
    assertTrue(after.contains(buffer), buffer);
    assertEquals(before.size() - 1, after.stream().filter(l -> l.contains("bfloat16")).count());
  }

  @Test
  void namesAllReasonsAtOnceWithTheLegalSizes() throws IOException {
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("reshard", copy("llama-mha-legacy-tp1.nemo"), out, "--tp", "3", "--pp", "3");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("num_layers=4 is not divisible by"), run.err());
    assertTrue(run.err().contains("Choose 1, 2 or 4."), run.err());
    assertTrue(run.err().contains("num_attention_heads=4 is not divisible by 3"), run.err());
  }

  private void reshard(Path source, Path target, int tensor, int pipeline) {
    Run run =
        Run.of(
            "reshard",
            source,
            target,
            "--tp",
            tensor,
            "--pp",
            pipeline,
            "--vocab-size",
            250,
            "--no-sync");
    assertEquals(0, run.code(), run.err());
  }

  private Path copy(String name) throws IOException {
    return Checkpoints.copy(name, folder);
  }
}
