package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.RestoreOptions;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.HeldTensors;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hugging Face folders that hold both of a pair that their configuration ties. */
class TiedPairTest extends HuggingFaceFolders {
  private static final String HEAD = "lm_head.weight";
  private static final String WORDS = "model.embed_tokens.weight";

  /** Tied by its configuration, or by what its class means where nothing is said. */
  @ParameterizedTest
  @CsvSource({
    "qwen2, model.embed_tokens.weight",
    "gemma, model.embed_tokens.weight",
    "llama3-rope-tied, model.embed_tokens.weight",
    "starcoder2, model.embed_tokens.weight",
    "gpt2, transformer.wte.weight",
    "falcon-rw-like, transformer.word_embeddings.weight"
  })
  void refusesAPairThatDiffersAndWritesBothUntied(String model, String words) throws IOException {
    Path source = differing(model, words);
    String both = "'lm_head.weight' differs from '" + words + "'";
    assertRefused(3, List.of("SW-122", both, "--untie"), source);
    assertEquals(List.of(source), onlyIn(folder));
    Path out = convert(source, "out.nemo", "--untie", "--tp", 2);
    assertTrue(configOf(out).contains("share_embeddings_and_output_weights: false"));
    same(source, out);
    Path back = convert(out, "back");
    for (String name : List.of(HEAD, words)) {
      assertArrayEquals(held(source).bytes(name), held(back).bytes(name), name);
    }
    assertTrue(Files.readString(back.resolve(CONFIG)).contains("\"tie_word_embeddings\": false"));
  }

  @Test
  void findsADifferenceInAnyRowOfAnyRank() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).write(source.resolve(WEIGHTS));
    Path two = convert(source, "equal.nemo", "--tp", 2, "--pp", 2);
    same(source, two);
    held(source).change(HEAD).write(source.resolve(WEIGHTS));
    for (String grid : List.of("1", "2")) {
      Run run =
          Run.of(
              "convert", source, folder.resolve("x.nemo"), "--no-sync", "--tp", grid, "--pp", grid);
      assertEquals(3, run.code(), run.err());
      assertTrue(run.err().contains("SW-122"), run.err());
    }
    Run run = Run.of("diff", source, two);
    assertEquals(1, run.code(), run.err());
    assertTrue(run.out().contains("output_layer.weight: 1 of"), run.out());
  }

  @Test
  void comparesTheTwoWhereverTheyAreRead() throws IOException {
    Path source = differing("qwen2", WORDS);
    for (String layout : List.of("ranks", "distributed")) {
      Run run = Run.of("convert", source, folder.resolve("x"), "--to", "nemo", "--layout", layout);
      assertEquals(3, run.code(), run.err());
    }
    Run plan = Run.of("plan", source, folder.resolve("x.nemo"));
    assertEquals(0, plan.code(), plan.err());
    Run verify = Run.of("verify", source);
    assertEquals(3, verify.code(), verify.out());
    assertTrue(verify.err().contains(HEAD) && verify.err().contains("--untie"), verify.err());
    Run inspect = Run.of("inspect", source, "--tensors");
    assertEquals(0, inspect.code(), inspect.err());
    assertTrue(inspect.out().contains(HEAD), inspect.out());
    Run half =
        Run.of(
            "convert",
            source,
            folder.resolve("h.nemo"),
            "--dtype",
            "bf16",
            "--allow-lossy",
            "--no-verify",
            "--threads",
            1);
    assertEquals(3, half.code(), half.err());
  }

  @Test
  void writesAPairThatIsEqualOnceAndSaysSo() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).write(source.resolve(WEIGHTS));
    Run run = Run.of("convert", source, folder.resolve("out.nemo"), "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'lm_head.weight' is tied to"), run.err());
    same(source, folder.resolve("out.nemo"));
    assertEquals(
        Checkpoints.found(folder.resolve("out.nemo")),
        Checkpoints.found(convert(copy("/community/qwen2", "single"), "single.nemo")));
  }

  /** Whether one of the pair is stored or both: untied, both are written with the same bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"first", "second", "both"})
  void untiesWhatIsEqual(String stored) throws IOException {
    Path source = huggingFace("llama3-rope-tied");
    HeldTensors held = held(source).copy(WORDS, HEAD);
    held = stored.equals("first") ? held.remove(HEAD) : held;
    held = stored.equals("second") ? held.remove(WORDS) : held;
    held.write(source.resolve(WEIGHTS));
    Path ranks = convert(source, "u.nemo", "--untie", "--tp", 2, "--pp", 2, "--layout", "ranks");
    Path arrays = convert(source, "a.nemo", "--untie");
    same(source, ranks);
    same(arrays, ranks);
    Path back = convert(ranks, "back");
    assertArrayEquals(held(back).bytes(WORDS), held(back).bytes(HEAD));
  }

  @Test
  void readsAHeadAloneForTheEmbeddingThatIsTiedToIt() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).remove(WORDS).write(source.resolve(WEIGHTS));
    Run run = Run.of("convert", source, folder.resolve("out.nemo"), "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'lm_head.weight' is read for '" + WORDS), run.err());
    same(copy("/community/qwen2", "whole"), folder.resolve("out.nemo"));
  }

  @Test
  void refusesAPairOfTwoTypesOrShapes() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy("model.norm.weight", HEAD).write(source.resolve(WEIGHTS));
    assertRefused(3, HEAD, source);
    Path other = copy("/community/gpt2", "other");
    held(other).copy("transformer.wpe.weight", HEAD).write(other.resolve(WEIGHTS));
    String shapes = "[64, 32] and 'transformer.wte.weight' float32 [100, 32]";
    assertRefused(3, List.of("SW-122", shapes), other);
  }

  @Test
  void saysWhereThereIsNothingToUntie() throws IOException {
    for (String model : List.of("llama", "vit")) {
      Run run = Run.of("convert", huggingFace(model), folder.resolve(model + ".nemo"), "--untie");
      assertEquals(0, run.code(), run.err());
      assertTrue(run.err().contains("nothing to untie"), run.err());
      assertFalse(run.out().contains("share_embeddings"), run.out());
    }
  }

  /** Tensors that are written as they are stored need no pair. */
  @Test
  void writesBothAsTheyAreStored() throws IOException {
    Path source = differing("qwen2", WORDS);
    Path plain = convert(source, "plain", "--to", "safetensors");
    assertArrayEquals(held(source).bytes(HEAD), held(plain).bytes(HEAD));
    Run run = Run.of("convert", source, folder.resolve("x"), "--to", "safetensors", "--untie");
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--untie: --to safetensors writes"), run.err());
  }

  @Test
  void goesOnWithAnUntiedRun() throws IOException {
    Path source = differing("qwen2", WORDS);
    Path out = convert(source, "out.nemo", "--untie");
    Run run = Run.of("convert", source, out, "--untie", "--resume");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("was complete"), run.err());
    Run tied = Run.of("convert", source, out, "--resume");
    assertEquals(4, tied.code(), tied.err());
  }

  private static HeldTensors held(Path source) {
    return HeldTensors.of(source.resolve(WEIGHTS));
  }

  private Path differing(String model, String words) throws IOException {
    Path source = huggingFace(model);
    held(source).copy(words, HEAD).change(HEAD).write(source.resolve(WEIGHTS));
    return source;
  }

  private static void same(Path one, Path other) {
    Run run = Run.of("diff", one, other);
    assertEquals(0, run.code(), run.out() + run.err());
  }

  private static List<Path> onlyIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** A program that restores the model gets no value of a pair that differs. */
  @Test
  void restoresNeitherOfAPairThatDiffers() throws IOException {
    for (String model : List.of("qwen2", "llama3-rope-tied")) {
      try (var restored = Shardwright.restoreFrom(differing(model, WORDS))) {
        var words = restored.tensor("embedding.word_embeddings.weight");
        var refusal = assertThrows(MalformedCheckpointException.class, words::bytes);
        assertEquals(ErrorCode.SOURCES_DISAGREE, refusal.code());
        assertTrue(refusal.getMessage().contains(HEAD), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(WORDS), refusal.getMessage());
        var target = ByteBuffer.allocate(words.spec().dtype().byteSize());
        assertThrows(MalformedCheckpointException.class, () -> words.read(0, target));
        restored.tensor("decoder.final_layernorm.weight").bytes();
      }
    }
    try (var restored =
        Shardwright.restoreFrom(
            folder.resolve("hf-qwen2"), RestoreOptions.NONE.withStoredNames())) {
      assertFalse(restored.tensor(WORDS).bytes().equals(restored.tensor(HEAD).bytes()));
    }
  }

  @Test
  void restoresAPairThatIsEqual() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).write(source.resolve(WEIGHTS));
    Path cut = convert(source, "cut.nemo", "--tp", 2, "--pp", 2, "--layout", "ranks");
    for (Path path : List.of(source, cut)) {
      try (var restored = Shardwright.restoreFrom(path)) {
        var words = restored.tensor("embedding.word_embeddings.weight").bytes();
        byte[] bytes = new byte[words.remaining()];
        words.get(bytes);
        byte[] stored = held(source).bytes(WORDS);
        assertArrayEquals(Arrays.copyOf(stored, bytes.length), bytes);
      }
    }
  }
}
