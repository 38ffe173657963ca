package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
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
class TiedPairTest extends ModelFolders {
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
    assertRefused(Kind.INPUT, List.of("SW-122", both, "untie"), source);
    assertEquals(List.of(source), onlyIn(folder));
    Path out = convert(source, "out.nemo", order -> order.untie().tp(2));
    assertTrue(configOf(out).contains("share_embeddings_and_output_weights: false"));
    Checkpoints.assertAlike(source, out);
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
    Path two = convert(source, "equal.nemo", order -> order.grid(2, 2));
    Checkpoints.assertAlike(source, two);
    held(source).change(HEAD).write(source.resolve(WEIGHTS));
    for (int grid : List.of(1, 2)) {
      Attempt run =
          Order.of(source, folder.resolve("x.nemo")).grid(grid, grid).to(TargetFormat.NEMO).tried();
      run.assertRefused(Kind.INPUT, "SW-122");
    }
    var differences = Checkpoints.diff(source, two).differences();
    assertEquals(1, differences.size());
    assertEquals("output_layer.weight", differences.get(0).name());
    assertEquals(1, differences.get(0).differing());
  }

  @Test
  void comparesTheTwoWhereverTheyAreRead() throws IOException {
    Path source = differing("qwen2", WORDS);
    for (WeightLayout layout : WeightLayout.values()) {
      var order = Order.of(source, folder.resolve("x")).to(TargetFormat.NEMO).layout(layout);
      order.tried().assertRefused(Kind.INPUT);
    }
    Attempt plan = Order.of(source, folder.resolve("x.nemo")).planned();
    plan.assertDone();
    Attempt verify = Attempt.verify(source);
    verify.assertRefused(Kind.INPUT);
    assertTrue(verify.said().contains(HEAD) && verify.said().contains("untie"), verify.said());
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(source)) {
      String tensors = checkpoint.tensors().toString();
      assertTrue(tensors.contains(HEAD), tensors);
    }
    Order.of(source, folder.resolve("h.nemo"))
        .dtype(DType.BFLOAT16)
        .lossy()
        .with(parts -> parts.verify(false))
        .threads(1)
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT);
  }

  @Test
  void writesAPairThatIsEqualOnceAndSaysSo() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).write(source.resolve(WEIGHTS));
    Order.of(source, folder.resolve("out.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone("'lm_head.weight' is tied to");
    Checkpoints.assertAlike(source, folder.resolve("out.nemo"));
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
    Path ranks =
        convert(source, "u.nemo", order -> order.untie().grid(2, 2).layout(WeightLayout.RANKS));
    Path arrays = convert(source, "a.nemo", order -> order.untie());
    Checkpoints.assertAlike(source, ranks);
    Checkpoints.assertAlike(arrays, ranks);
    Path back = convert(ranks, "back");
    assertArrayEquals(held(back).bytes(WORDS), held(back).bytes(HEAD));
  }

  @Test
  void readsAHeadAloneForTheEmbeddingThatIsTiedToIt() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy(WORDS, HEAD).remove(WORDS).write(source.resolve(WEIGHTS));
    Attempt run = Order.of(source, folder.resolve("out.nemo")).tp(2).to(TargetFormat.NEMO).tried();
    run.assertDone();
    assertTrue(run.said().contains("'lm_head.weight' is used for '" + WORDS), run.said());
    Checkpoints.assertAlike(copy("/community/qwen2", "whole"), folder.resolve("out.nemo"));
  }

  @Test
  void refusesAPairOfTwoTypesOrShapes() throws IOException {
    Path source = huggingFace("qwen2");
    held(source).copy("model.norm.weight", HEAD).write(source.resolve(WEIGHTS));
    assertRefused(Kind.INPUT, HEAD, source);
    Path other = copy("/community/gpt2", "other");
    held(other).copy("transformer.wpe.weight", HEAD).write(other.resolve(WEIGHTS));
    String shapes = "[64, 32] and 'transformer.wte.weight' float32 [100, 32]";
    assertRefused(Kind.INPUT, List.of("SW-122", shapes), other);
  }

  @Test
  void saysWhereThereIsNothingToUntie() throws IOException {
    for (String model : List.of("llama", "vit")) {
      var report =
          Order.of(huggingFace(model), folder.resolve(model + ".nemo"))
              .untie()
              .to(TargetFormat.NEMO)
              .report();
      assertTrue(report.notes().toString().contains("nothing to untie"), "" + report.notes());
      assertFalse(report.changes().toString().contains("share_embeddings"), "" + report);
    }
  }

  /** Tensors that are written as they are stored need no pair. */
  @Test
  void writesBothAsTheyAreStored() throws IOException {
    Path source = differing("qwen2", WORDS);
    Path plain = convert(source, "plain", order -> order.to(TargetFormat.SAFETENSORS));
    assertArrayEquals(held(source).bytes(HEAD), held(plain).bytes(HEAD));
    Order.of(source, folder.resolve("x"))
        .to(TargetFormat.SAFETENSORS)
        .untie()
        .tried()
        .assertRefused(Kind.PLAN, "untie: format(safetensors) writes");
  }

  @Test
  void goesOnWithAnUntiedRun() throws IOException {
    Path source = differing("qwen2", WORDS);
    Path out = convert(source, "out.nemo", order -> order.untie());
    Attempt run =
        Order.of(source, out)
            .untie()
            .with(parts -> parts.run(RunOptions.DEFAULT.withResume(true)))
            .to(TargetFormat.NEMO)
            .tried();
    run.assertDone("already complete");
    Order.of(source, out)
        .with(parts -> parts.run(RunOptions.DEFAULT.withResume(true)))
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.SAFETY);
  }

  private static HeldTensors held(Path source) {
    return HeldTensors.of(source.resolve(WEIGHTS));
  }

  private Path differing(String model, String words) throws IOException {
    Path source = huggingFace(model);
    held(source).copy(words, HEAD).change(HEAD).write(source.resolve(WEIGHTS));
    return source;
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
    Path cut = convert(source, "cut.nemo", order -> order.grid(2, 2).layout(WeightLayout.RANKS));
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
