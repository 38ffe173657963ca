package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.shardwright.core.policy.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @TempDir Path folder;
  private Path vit;
  private Path out;

  @BeforeEach
  void unpack() throws IOException {
    vit = Run.vit(folder);
    out = folder.resolve("out.nemo");
  }

  @Test
  void helpIsThatOfTheOptionInWords() {
    for (String command : List.of("convert", "reshard", "help", "megatron_ckpt_to_nemo")) {
      Run run = Run.of("help", command);
      assertEquals(0, run.code(), run.err());
      assertEquals(Run.of(command, "--help").out().strip(), run.out().strip());
    }
    assertEquals(Run.of("--help").out().strip(), Run.of("help").out().strip());
    Run unknown = Run.of("help", "tensor");
    assertEquals(2, unknown.code(), unknown.out());
    assertTrue(unknown.err().contains("'tensor'"), unknown.err());
  }

  @Test
  void listsEveryLimitWhateverElseIsMissing() {
    for (Run run : List.of(Run.of("--help-limits"), Run.of("inspect", "--help-limits"))) {
      assertEquals(0, run.code(), run.err());
      for (Limit limit : Limit.values()) {
        assertTrue(run.out().contains(Flags.of(limit) + "="), run.out());
      }
    }
  }

  @Test
  void plansWithoutATargetAndWritesNothing() throws IOException {
    Path taken = Files.createFile(folder.resolve("vit-tp1-planned.nemo"));
    for (String to : List.of("nemo", "safetensors")) {
      Run run = Run.of("plan", vit, "--to", to);
      assertEquals(0, run.code(), run.err());
      assertTrue(run.out().contains("source "), run.out());
    }
    Run named = Run.of("plan", vit, out, "--tp", "2");
    Run unnamed = Run.of("plan", vit, "--tp", "2");
    assertEquals(named.out(), unnamed.out());
    try (var left = Files.list(folder)) {
      assertEquals(Set.of(vit, taken), left.collect(Collectors.toSet()));
    }
    assertEquals(3, Run.of("plan", folder.resolve("absent/x.nemo")).code());
    assertEquals(2, Run.of("reshard", vit).code());
  }

  @Test
  void reshardsAndReportsOnStdout() {
    Run run = Run.of("reshard", vit, out, "--tp", "2");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("92 tensors, verified"), run.out());
    assertTrue(run.out().contains("tensor_model_parallel_size: 1 -> 2"), run.out());
  }

  @Test
  void takesUnderscoresAndEqualsSigns() {
    assertEquals(0, Run.of("reshard", vit, out, "--tensor_model_parallel_size=4").code());
    Run inspected = Run.of("inspect", out);
    assertTrue(inspected.out().contains("TP 4 x PP 1"), inspected.out());
  }

  @Test
  void takesNemosDocumentedCommandLine() {
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_file",
            vit,
            "--target_file",
            out,
            "--tensor_model_parallel_size=1",
            "--target_tensor_model_parallel_size=2",
            "--pipeline_model_parallel_size=-1",
            "--target_pipeline_model_parallel_size=1",
            "--tp_conversion_only",
            "--model_class=",
            "--precision=32",
            "--num_gpu_per_node=8");
    assertEquals(0, run.code(), run.err());
    assertTrue(Files.exists(out));
  }

  @Test
  void takesAnExtractedFolder() {
    Path extracted = folder.resolve("extracted");
    assertEquals(0, Run.of("reshard", vit, extracted, "--tp", "2").code());
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_extracted_dir=" + extracted,
            "--target_file=" + out,
            "--target_tensor_model_parallel_size=1");
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void refusesAClaimThatContradictsTheFile() {
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_file=" + vit,
            "--target_file=" + out,
            "--tensor_model_parallel_size=2");
    assertRefused(3, "SW-112", run);
  }

  @Test
  void castsWhereAPrecisionIsGivenAndCountsWhatIsLost() {
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_file=" + vit,
            "--target_file=" + out,
            "--precision=bf16");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("were rounded"), run.out());
    assertTrue(run.out().contains("precision: 32 -> bf16"), run.out());
  }

  @Test
  void refusesALossyCastThatWasNotAllowed() {
    assertRefused(4, "SW-304", Run.of("reshard", vit, out, "--dtype", "bf16"));
  }

  @Test
  void refusesThreeRanksWithTheLegalValues() {
    Run run = Run.of("reshard", vit, out, "--tp", "3");
    assertRefused(6, "SW-204", run);
    assertTrue(run.err().contains("Choose 1, 2 or 4."), run.err());
  }

  @Test
  void refusesPipelineStagesNamingTheAdapter() {
    Run run = Run.of("reshard", vit, out, "--pp", "2");
    assertRefused(6, "SW-205", run);
    assertTrue(run.err().contains("adapter 'vit'"), run.err());
  }

  @Test
  void refusesAnExistingTarget() throws IOException {
    Files.writeString(out, "mine");
    Run run = Run.of("reshard", vit, out, "--tp", "2");
    assertEquals(4, run.code());
    assertEquals("mine", Files.readString(out));
  }

  @Test
  void refusesAMissingSource() {
    assertRefused(3, "SW-101", Run.of("reshard", folder.resolve("none.nemo"), out));
  }

  @Test
  void refusesWhatIsNoCommandLine() {
    for (String[] args :
        new String[][] {
          {}, {"inspekt"}, {"reshard"}, {"reshard", "a", "b", "--tp", "0"}, {"inspect", "--x"}
        }) {
      Run run = Run.of((Object[]) args);
      assertEquals(2, run.code(), run.err());
      assertTrue(run.err().startsWith("error: "), run.err());
    }
  }

  @Test
  void suggestsWhatWasMeant() {
    assertTrue(Run.of("inspekt", vit).err().contains("inspect"));
  }

  @Test
  void printsOneJsonObject() throws IOException {
    for (Object[] args :
        new Object[][] {
          {"inspect", vit, "--json", "--tensors", "--pickle"},
          {"plan", vit, out, "--tp", "2", "--json"},
          {"verify", vit, "--json", "--sums", "--values"},
          {"adapters", "--json"}
        }) {
      Run run = Run.of(args);
      assertEquals(0, run.code(), run.err());
      try (JsonParser json = new JsonFactory().createParser(run.out())) {
        assertEquals(JsonToken.START_OBJECT, json.nextToken());
        assertEquals("schema_version", json.nextFieldName());
        while (json.nextToken() != null) {
          assertTrue(json.currentToken() != JsonToken.NOT_AVAILABLE);
        }
      }
    }
  }

  @Test
  void printsFourColumnsBetweenTabsForSums() {
    Run run = Run.of("verify", vit, "--sums", "-q");
    assertEquals(46, run.out().lines().count());
    run.out()
        .lines()
        .forEach(line -> assertTrue(line.matches("[0-9a-f]{64}\tF32\t\\[.*]\t\\S+"), line));
  }

  @Test
  void keepsQuietWhenAskedTo() {
    assertEquals("", Run.of("reshard", vit, out, "--tp", "2", "-q").err());
  }

  @Test
  void plansWithoutWriting() {
    Run run = Run.of("reshard", vit, out, "--tp", "2", "--dry-run");
    Run plan = Run.of("plan", vit, out, "--tp", "2");
    assertEquals(withoutFreeSpace(run.out()), withoutFreeSpace(plan.out()));
    assertFalse(Files.exists(out));
  }

  /** Others write to the disk too. */
  private static String withoutFreeSpace(String plan) {
    return plan.replaceAll("[0-9.]+ [KMGT]iB free", "free");
  }

  @Test
  void showsControlCharactersOfAFileHarmlessly() {
    assertEquals("a\\u001b[31mb\\u202e", Screen.safe("a\u001b[31mb\u202e"));
  }

  private void assertRefused(int code, String error, Run run) {
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().startsWith("error: " + error + " "), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertFalse(Files.exists(out));
  }
}
