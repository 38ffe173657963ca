package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparing checkpoints, and sums that are the same for every layout and naming. */
class DiffTest extends HuggingFaceFolders {
  private Path one;
  private Path two;

  @BeforeEach
  void names() {
    one = folder.resolve("one.nemo");
    two = folder.resolve("two.nemo");
  }

  @ParameterizedTest
  @CsvSource({
    "vit-tp1, vit-tp2",
    "llama-gqa-tp1, llama-gqa-mcore-tp2pp2",
    "llama-mha-legacy-tp1, llama-mha-legacy-tp2pp2",
    "gpt-5b-like-tp1, gpt-5b-like-tp2pp2"
  })
  void findsNoDifferenceBetweenLayoutsOfOneModel(String first, String second) throws IOException {
    Run run = Run.of("diff", checkpoint(first), checkpoint(second));
    assertEquals(0, run.code(), run.out() + run.err());
    assertTrue(run.out().contains("all equal"), run.out());
    assertTrue(run.out().contains("layout    tensor_model_parallel_size: 1 and 2"), run.out());
    assertEquals(
        manifest(folder.resolve(first + ".nemo")), manifest(folder.resolve(second + ".nemo")));
  }

  private Path checkpoint(String name) throws IOException {
    if (name.equals("vit-tp1")) {
      return Run.vit(folder);
    }
    if (name.equals("vit-tp2")) {
      Path target = folder.resolve("vit-tp2.nemo");
      Run.reshard(folder.resolve("vit-tp1.nemo"), target, "--tp", 2);
      return target;
    }
    return Checkpoints.copy(name + ".nemo", folder);
  }

  private static String manifest(Path checkpoint) {
    Run run = Run.of("verify", checkpoint, "--manifest", "-q");
    assertEquals(0, run.code(), run.err());
    assertTrue(
        run.out().lines().allMatch(line -> line.matches("[0-9a-f]{64}(\t\\S+)\t\\[.*]\t.*")));
    return run.out().lines().sorted().toList().toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma", "qwen2", "gpt2", "mixtral", "falcon-40b-like", "vit"})
  void findsNoDifferenceBetweenAFolderAndWhatItBecame(String model) throws IOException {
    Path source = huggingFace(model);
    assertEquals(0, Run.of("convert", source, one, "--tp", 2, "--no-sync").code());
    Run run = Run.of("diff", source, one);
    assertEquals(0, run.code(), run.out() + run.err());
    assertEquals(manifest(source), manifest(one));
  }

  @Test
  void saysHowFarApartValuesAre() throws IOException {
    Path first = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Run.reshard(first, one, "--dtype", "bf16", "--allow-lossy");
    Run.reshard(one, two, "--dtype", "fp32");
    Run run = Run.of("diff", first, two);
    assertEquals(1, run.code(), run.err());
    assertTrue(run.out().contains("values differ, at most by"), run.out());
    assertTrue(
        run.out().lines().anyMatch(line -> line.matches("tensor .*relative 0\\.00[0-9]+\\)")));
    Run types = Run.of("diff", one, two);
    assertEquals(1, types.code(), types.err());
    assertTrue(types.out().contains("bfloat16 and float32, 0 of"), types.out());
  }

  @Test
  void findsOneChangedValueAmongShards() throws IOException {
    Path first = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path changed = folder.resolve("changed");
    Run.reshard(first, changed);
    Path chunk = changed.resolve("model_weights/model.decoder.layers.mlp.linear_fc2.weight/2.0.0");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(chunk)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(40, bytes.getFloat(40) + 1);
    Files.write(chunk, bytes.array());
    Run.reshard(changed, two, "--tp", 2, "--pp", 2, "--layout", "ranks");
    Run run = Run.of("diff", first, two, "--json");
    assertEquals(1, run.code(), run.err());
    String found = run.out();
    assertTrue(found.contains("\"decoder.layers.2.mlp.linear_fc2.weight\""), found);
    assertTrue(found.contains("\"differing\" : 1"), found);
    assertEquals(1, found.lines().filter(line -> line.contains("\"kind\"")).count(), found);
  }

  @Test
  void paddingThatIsNotZeroIsADifferenceWhereNobodyKnowsTheVocabulary() throws IOException {
    Path source = folder.resolve("source");
    Run.reshard(Checkpoints.copy("llama-gqa-tp1.nemo", folder), source);
    withoutTokenizer(source);
    Path padded = folder.resolve("padded");
    Run.reshard(source, padded, "--tp", 2, "--vocab-size", 250);
    assertEquals(0, Run.of("diff", source, padded).code());
    Path last = padded.resolve("model_weights/model.output_layer.weight/1.0");
    byte[] rows = Files.readAllBytes(last);
    rows[rows.length - 1] = 64;
    Files.write(last, rows);
    Run run = Run.of("diff", source, padded);
    assertEquals(1, run.code(), run.err());
    assertTrue(
        run.out().contains("output_layer.weight: rows after the other's last row"), run.out());
    Run sums = Run.of("verify", padded, "--manifest");
    assertTrue(sums.err().contains("vocabulary size is unknown"), sums.err());
  }

  private static void withoutTokenizer(Path source) throws IOException {
    Path config = source.resolve("model_config.yaml");
    String text = Files.readString(config).replaceAll("model: nemo:\\S+", "model: null");
    Files.write(config, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void namesWhatOnlyOneOfThemHas() throws IOException {
    Path first = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path second = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Run run = Run.of("diff", first, second);
    assertEquals(1, run.code(), run.err());
    assertTrue(run.out().contains("output_layer.weight: only in the first"), run.out());
    assertTrue(run.out().contains("position_embeddings.weight: only in the second"), run.out());
    assertTrue(run.out().contains("config    activation: fast-swiglu and gelu"), run.out());
    assertFalse(run.out().contains("config    mcore_gpt"), run.out());
  }

  @Test
  void writesTheManifestOfTheTargetBesideIt() throws IOException {
    Path source = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    Run run = Run.of("reshard", source, one, "--tp", 2, "--pp", 2, "--manifest", "--json");
    assertEquals(0, run.code(), run.err());
    String written = Files.readString(folder.resolve("one.nemo.manifest.json"));
    for (String line : Run.of("verify", source, "--manifest", "-q").out().split("\\R")) {
      assertTrue(written.contains(line.substring(0, 64)), line);
      assertTrue(run.out().contains(line.substring(0, 64)), line);
    }
    Path folderOfTensors = folder.resolve("plain");
    assertEquals(
        0, Run.of("convert", one, folderOfTensors, "--to", "safetensors", "--manifest").code());
    String plain = Files.readString(folder.resolve("plain.manifest.json"));
    assertTrue(plain.contains("\"tp 1 pp 1: model."), plain);
  }

  @Test
  void refusesAManifestThatIsThereBeforeAnythingIsWritten() throws IOException {
    Path source = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    Path manifest = Files.writeString(folder.resolve("one.nemo.manifest.json"), "mine");
    Run run = Run.of("reshard", source, one, "--tp", 2, "--manifest");
    assertEquals(4, run.code(), run.err());
    assertEquals("mine", Files.readString(manifest));
    assertFalse(Files.exists(one));
    assertEquals(0, Run.of("reshard", source, one, "--tp", 2, "--manifest", "--overwrite").code());
    assertTrue(Files.readString(manifest).startsWith("{"));
  }
}
