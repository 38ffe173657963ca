package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Shardwright;
import io.shardwright.core.Verification.TensorSum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    assertEquals(expected(model + "-tp2pp2.nemo"), found(out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-5b-like", "llama-mha-legacy"})
  void mergesTheStagesThatNemoSplit(String model) throws IOException {
    Path out = folder.resolve("out.nemo");
    reshard(copy(model + "-tp2pp2.nemo"), out, 1, 1);
    assertEquals(expected(model + "-tp1.nemo"), found(out));
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
      assertEquals(found(direct), found(detour), "grid " + i);
      before = detour;
    }
    Path back = folder.resolve("back.nemo");
    reshard(before, back, 1, 1);
    assertEquals(expected(model + "-tp1.nemo"), found(back));
  }

  @Test
  void asksForTheVocabularySizeWhereTheFileDoesNotTell() throws IOException {
    Path out = folder.resolve("out.nemo");
    Path source = copy("gpt-5b-like-tp2pp2.nemo");
    Run run = Run.of("reshard", source, out, "--tp", "1", "--pp", "1");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--vocab-size"), run.err());
    Run wrong = Run.of("reshard", source, out, "--tp", "1", "--vocab-size", "300");
    assertEquals(6, wrong.code(), wrong.err());
    assertFalse(Files.exists(out));
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
    Path file = folder.resolve(name);
    try (var stream = PipelineTest.class.getResourceAsStream("/nemo/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }

  private static List<String> expected(String file) throws IOException {
    try (var stream = PipelineTest.class.getResourceAsStream("/nemo/expected.tsv")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(file + "\t"))
          .map(line -> line.substring(file.length() + 1))
          .sorted()
          .toList();
    }
  }

  private static List<String> found(Path checkpoint) {
    return Shardwright.create()
        .verify(checkpoint, true, false, ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(PipelineTest::line)
        .sorted()
        .toList();
  }

  private static String line(TensorSum sum) {
    var spec = sum.spec();
    return String.join(
        "\t",
        sum.file(),
        spec.name(),
        spec.dtype().torchName(),
        spec.shape().toString(),
        sum.sha256());
  }
}
