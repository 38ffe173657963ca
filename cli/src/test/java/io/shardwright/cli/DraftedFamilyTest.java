package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SmallCheckpoint;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a draft says of a model whose sizes are nested, and of its convolutions; what it may do. */
class DraftedFamilyTest {
  private static final String FAMILY =
      """
      family: tower
      restores: [some.Tower]
      parallelism: [tensor, pipeline, expert]
      stacks:
        encoder: {layers: encoder.num_layers, rows: encoder.}
      namings:
        legacy:
          rows:
            - {column: patch_embed.proj.weight, on: first}
            - {column: patch_embed.proj.bias, on: first}
            - {column: word_embeddings.weight, on: first, vocab_padded_rows: true}
            - {column: encoder.layers.*.attention.query_key_value.weight, cut_between: encoder.num_attention_heads}
            - {row: encoder.layers.*.attention.dense.weight, cut_between: encoder.num_attention_heads}
            - {column: encoder.layers.*.mixer.conv.weight}
            - {replicated: encoder.layers.*.norm.weight}
            - {column: encoder.layers.*.experts.fc1.weight*, of: encoder.layers.*.experts.local_experts.*.fc1.weight, per_expert: num_moe_experts}
      """;

  private static final String CONFIG =
      """
      target: some.Tower
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      make_vocab_size_divisible_by: 1
      num_moe_experts: 2
      encoder: {num_layers: 2, hidden_size: 12, num_attention_heads: 6, kv_channels: 2}
      """;

  private static final String QKV = "encoder.layers.*.attention.query_key_value.weight";

  @TempDir Path folder;
  private final Random random = new Random(7);
  private Path family;
  private Path whole;
  private Path halves;

  @BeforeEach
  void write() throws IOException {
    family = Files.writeString(folder.resolve("tower.yaml"), FAMILY);
    var checkpoint = SmallCheckpoint.of(CONFIG);
    tensor(checkpoint, "patch_embed.proj.weight", 24, 3, 2, 2);
    tensor(checkpoint, "patch_embed.proj.bias", 24);
    tensor(checkpoint, "word_embeddings.weight", 36, 12);
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "encoder.layers." + layer + ".";
      tensor(checkpoint, prefix + "attention.query_key_value.weight", 36, 12);
      tensor(checkpoint, prefix + "attention.dense.weight", 12, 12);
      tensor(checkpoint, prefix + "mixer.conv.weight", 24, 1, 4);
      tensor(checkpoint, prefix + "norm.weight", 12);
      tensor(checkpoint, prefix + "experts.fc1.weight0", 24, 12);
      tensor(checkpoint, prefix + "experts.fc1.weight1", 24, 12);
    }
    whole = checkpoint.write(folder.resolve("whole"));
    halves = folder.resolve("halves.nemo");
    cut(whole, halves, 2, family);
  }

  private void tensor(SmallCheckpoint checkpoint, String name, long... dims) {
    var spec = new TensorSpec("model." + name, DType.FLOAT32, Shape.of(dims));
    byte[] bytes = new byte[(int) spec.byteSize()];
    random.nextBytes(bytes);
    checkpoint.tensor(spec, bytes);
  }

  private static Run reshard(Path from, Path to, int ranks, Path family, Object... more) {
    Object[] all = {
      "reshard", from, to, "--tp", ranks, "--vocab-size", 36, "--family-file", family
    };
    return Run.of(
        java.util.stream.Stream.of(all, more).flatMap(java.util.stream.Stream::of).toArray());
  }

  private static void cut(Path from, Path to, int ranks, Path family, Object... more) {
    Run run = reshard(from, to, ranks, family, more);
    assertEquals(0, run.code(), run.err());
  }

  private String draft(Path source) throws IOException {
    Path header = Files.writeString(folder.resolve("header.yaml"), "family: drafted\n");
    return Run.of("families", "validate", header, source).out();
  }

  /** The lines of one row of a draft. */
  private static String row(String draft, String pattern) {
    int from = draft.indexOf(": " + pattern + " ");
    assertTrue(from >= 0, pattern + "\n" + draft);
    int to = draft.indexOf("      - ", from);
    return draft.substring(draft.lastIndexOf('\n', from), to < 0 ? draft.length() : to);
  }

  @Test
  void aConvolutionHasNoVocabulary() throws IOException {
    String draft = draft(halves);
    for (String name : new String[] {"patch_embed.proj.weight", "patch_embed.proj.bias"}) {
      assertTrue(row(draft, name).contains("- column: "), draft);
      assertFalse(row(draft, name).contains("vocab"), draft);
    }
    String conv = row(draft, "encoder.layers.*.mixer.conv.weight");
    assertTrue(conv.contains("- column: "), draft);
    assertFalse(conv.contains("stride"), draft);
    assertTrue(row(draft, "word_embeddings.weight").contains("vocab_padded_rows: true"), draft);
  }

  @Test
  void groupedExpertsAreOneRow() throws IOException {
    String row = row(draft(halves), "encoder.layers.*.experts.fc1.weight*");
    assertTrue(row.contains("- column: "), row);
    assertTrue(row.contains("of: encoder.layers.*.experts.local_experts.*.fc1.weight"), row);
    assertTrue(row.contains("per_expert: num_moe_experts"), row);
    assertTrue(draft(halves).contains("parallelism: [tensor, pipeline, expert]"));
  }

  @Test
  void aNestedModelsHeadsAreCutBetween() throws IOException {
    Path drafted = Files.writeString(folder.resolve("drafted.yaml"), draft(halves));
    String row = row(Files.readString(drafted), QKV);
    assertTrue(row.contains("cut_between: encoder.num_attention_heads"), row);
    Run four = reshard(halves, folder.resolve("four.nemo"), 4, drafted, "--allow-guesses");
    assertEquals(6, four.code(), four.out() + four.err());
    Path three = folder.resolve("three.nemo");
    Path expected = folder.resolve("expected.nemo");
    cut(halves, three, 3, drafted, "--allow-guesses");
    cut(whole, expected, 3, family);
    Run diff = Run.of("diff", expected, three, "--family-file", family);
    assertEquals(0, diff.code(), diff.out() + diff.err());
  }

  @Test
  void aDraftIsUsedOnlyWhereGuessesAreAllowed() throws IOException {
    Path drafted = Files.writeString(folder.resolve("drafted.yaml"), draft(halves));
    Run valid = Run.of("families", "validate", drafted, halves);
    assertEquals(0, valid.code(), valid.out() + valid.err());
    assertTrue(valid.out().contains("# guess " + QKV), valid.out());
    Path target = folder.resolve("one.nemo");
    for (String command : new String[] {"reshard", "convert", "plan"}) {
      Run run =
          Run.of(
              command,
              halves,
              target,
              "--tp",
              1,
              "--vocab-size",
              36,
              "--family-file",
              drafted,
              "--layout",
              "ranks");
      assertEquals(4, run.code(), command + run.out() + run.err());
      assertTrue(run.err().contains("SW-306 "), run.err());
      assertTrue(run.err().contains("--allow-guesses"), run.err());
      assertFalse(Files.exists(target));
    }
    assertEquals(0, Run.of("inspect", halves, "--family-file", drafted).code());
    assertEquals(0, Run.of("verify", halves, "--family-file", drafted).code());
    Run allowed = reshard(halves, folder.resolve("allowed.nemo"), 1, drafted, "--allow-guesses");
    assertTrue(allowed.err().contains("is a guess, and verification can't check it"));
    String read = Files.readString(drafted).replaceAll("(?m)^ *guess: true\n", "");
    cut(halves, target, 1, Files.writeString(drafted, read));
  }

  @Test
  void aFusedRowThatIsCutAnywhereIsWarnedOf() throws IOException {
    Files.writeString(
        family,
        FAMILY.replace(
            "query_key_value.weight, cut_between: encoder.num_attention_heads",
            "query_key_value.weight"));
    Run run = Run.of("families", "validate", family, halves);
    assertEquals(0, run.code(), run.out());
    assertTrue(run.out().contains("# heads " + QKV + " (line "), run.out());
    assertTrue(run.out().contains("'cut_between'"), run.out());
    Files.writeString(family, FAMILY);
    assertFalse(Run.of("families", "validate", family, halves).out().contains("# heads "));
  }

  @Test
  void twoGridsSettleEveryCut() throws IOException {
    Path header = Files.writeString(folder.resolve("header.yaml"), "family: drafted\n");
    for (Path[] both : new Path[][] {{halves, whole}, {whole, halves}}) {
      Run run = Run.of("families", "validate", header, both[0], both[1]);
      assertEquals(3, run.code(), run.err());
      assertFalse(run.out().contains("guess: true"), run.out());
      Path drafted = Files.writeString(folder.resolve("drafted.yaml"), run.out());
      Path three = folder.resolve("three" + both[0].getFileName());
      Path expected = folder.resolve("expected" + both[0].getFileName());
      cut(halves, three, 3, drafted);
      cut(whole, expected, 3, family);
      assertEquals(0, Run.of("diff", expected, three, "--family-file", family).code());
      Run fits = Run.of("families", "validate", drafted, both[0], both[1]);
      assertEquals(0, fits.code(), fits.out() + fits.err());
    }
  }

  @Test
  void matricesThatAreCutSeparatelyAreTold() throws IOException {
    Files.writeString(family, FAMILY.replace("conv.weight}", "conv.weight, stride: 3}"));
    Path thirds = folder.resolve("thirds");
    cut(whole, thirds, 2, family);
    Path header = Files.writeString(folder.resolve("header.yaml"), "family: drafted\n");
    String draft = Run.of("families", "validate", header, thirds, whole).out();
    assertTrue(row(draft, "encoder.layers.*.mixer.conv.weight").contains("stride: 3"), draft);
  }

  @Test
  void headsOfMatricesThatAreCutSeparatelyAreCutBetweenToo() throws IOException {
    Files.writeString(
        family,
        FAMILY.replace("value.weight, cut_between", "value.weight, stride: 3, cut_between"));
    Path thirds = folder.resolve("thirds");
    cut(whole, thirds, 2, family);
    Path header = Files.writeString(folder.resolve("header.yaml"), "family: drafted\n");
    String row = row(Run.of("families", "validate", header, thirds, whole).out(), QKV);
    assertTrue(row.contains("stride: 3"), row);
    assertTrue(row.contains("cut_between: encoder.num_attention_heads"), row);
    assertFalse(row.contains("guess: true"), row);
  }

  @Test
  void aWrongCutIsToldByTwoGrids() throws IOException {
    Files.writeString(family, FAMILY.replace("row: ", "column: "));
    assertTold("attention.dense.weight");
    Files.writeString(family, FAMILY.replace("conv.weight}", "conv.weight, stride: 2}"));
    assertTold("mixer.conv.weight");
  }

  /** One file does not show it. */
  private void assertTold(String wrong) {
    assertEquals(0, Run.of("families", "validate", family, halves).code());
    Run both = Run.of("families", "validate", family, halves, whole);
    assertEquals(3, both.code(), both.out());
    assertTrue(both.out().contains("# grids encoder.layers.0." + wrong + ": "), both.out());
  }

  @Test
  void aGuessThatTwoGridsConfirmIsSaid() throws IOException {
    Path drafted = Files.writeString(folder.resolve("drafted.yaml"), draft(halves));
    Run run = Run.of("families", "validate", drafted, halves, whole);
    assertEquals(0, run.code(), run.out() + run.err());
    assertTrue(run.out().contains("both grids confirm"), run.out());
    assertFalse(run.out().contains("a wrong cut fits too"), run.out());
  }

  @Test
  void headsThatNoKeyCountsAreAskedFor() throws IOException {
    Path other = folder.resolve("other");
    cut(whole, other, 2, family);
    Path config = other.resolve("model_config.yaml");
    Files.writeString(config, Files.readString(config).replace("num_attention_heads", "n_heads"));
    assertTrue(row(draft(other), QKV).contains("which key counts its heads?"), draft(other));
  }
}
