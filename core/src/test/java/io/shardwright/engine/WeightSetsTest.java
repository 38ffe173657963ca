package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that hold more than one set of weights, and names that a file's metadata gives. */
class WeightSetsTest extends ModelFolders {
  private static final String TORCH = "pytorch_model.bin";
  private static final String UP = "model.layers.2.mlp.up_proj.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String WORDS = "model.embed_tokens.weight";

  private Path out;

  @BeforeEach
  void name() {
    out = folder.resolve("out.nemo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors.index.json", TORCH, "pytorch_model.bin.index.json"})
  void readsTheSetThatTransformersTakesAndComparesTheOther(String second) throws IOException {
    Path source = huggingFace("llama");
    writeSecond(source, second, held(source));
    Attempt run = Order.of(source, out).grid(2, 2).to(TargetFormat.NEMO).tried();
    run.assertDone();
    assertTrue(run.said().contains("'model.safetensors' is read; '" + second + "'"), run.said());
    Checkpoints.assertAlike(copy("/community/llama", "single"), out);
    assertEquals(39, Checkpoints.found(source).size());
    writeSecond(source, second, held(source).change(UP));
    String where = "'" + UP + "' in hf-llama/";
    assertRefused(Kind.INPUT, List.of("SW-122", where, "two sets of weights"), source);
    Attempt.verify(source).assertRefused(Kind.INPUT);
    Order.of(source, folder.resolve("plain"))
        .to(TargetFormat.SAFETENSORS)
        .tried()
        .assertRefused(Kind.INPUT);
    Attempt.open(source).assertDone("must hold the same");
  }

  @ParameterizedTest
  @CsvSource({
    "less, 'lacks all or a part of'",
    "more, 'no rule of family'",
    "type, is float32",
    "names, 'lacks all or a part of'"
  })
  void refusesSetsOfOtherTensors(String how, String part) throws IOException {
    Path source = huggingFace("llama");
    HeldTensors second = held(source);
    switch (how) {
      case "less" -> second.remove(UP);
      case "more" -> second.copy(UP, "model.layers.2.mlp.more.weight");
      case "names" -> second.remove("model.layers.2.self_attn.k_proj.weight");
      default -> second.copy("model.layers.2.self_attn.q_proj.weight", UP);
    }
    second.writeTorch(source.resolve(TORCH));
    assertRefused(Kind.INPUT, part, source);
    if (!how.equals("more")) {
      Attempt.verify(source).assertRefused(Kind.INPUT);
      Checkpoints.assertAlike(source, convert(copy("/community/llama", "alone"), "alone.nemo"));
    }
  }

  @Test
  void aSetThatIsNotWholeIsNotRead() throws IOException {
    Path source = huggingFace("llama");
    held(source).writeShards(source, "model", ".safetensors");
    Files.delete(source.resolve("model-00002-of-00002.safetensors"));
    Order.of(source, out)
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone(
            "'model.safetensors.index.json' is not read", "index lists them: model-00001-of-00002");
  }

  @Test
  void anIndexOfTheOneFileIsNoSecondSet() throws IOException {
    Path source = huggingFace("llama");
    held(source).writeShards(source, "model", ".safetensors");
    Path index = source.resolve("model.safetensors.index.json");
    Files.writeString(index, Files.readString(index).replaceAll("model-0000\\d-of-00002", "model"));
    for (int shard = 1; shard <= 2; shard++) {
      Files.delete(source.resolve("model-0000" + shard + "-of-00002.safetensors"));
    }
    Attempt run = Order.of(source, out).to(TargetFormat.NEMO).tried();
    run.assertDone();
    assertFalse(run.said().contains("is read"), run.said());
  }

  /** torch keeps both names of a tied pair, safetensors one. */
  @Test
  void setsMayDifferInTheSecondOfATiedPair() throws IOException {
    Path source = huggingFace("qwen2");
    Path single = copy("/community/qwen2", "single");
    held(source).copy(WORDS, HEAD).writeTorch(source.resolve(TORCH));
    for (Order order :
        List.of(
            Order.of(source, out).untie(),
            Order.of(source, out).with(parts -> parts.verify(false)))) {
      order.to(TargetFormat.NEMO).overwrite().done();
      Checkpoints.assertAlike(single, out);
    }
    held(source).copy(WORDS, HEAD).change(HEAD).writeTorch(source.resolve(TORCH));
    Order.of(source, folder.resolve("other.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT, "'lm_head.weight' in pytorch_model.bin");
  }

  @Test
  void refusesAnArchiveOfRankFilesAndArrays() throws IOException {
    Path source = folder.resolve("both");
    Path nemo = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Order.of(nemo, source).done();
    Path ranks = folder.resolve("ranks");
    Order.of(nemo, ranks).layout(WeightLayout.RANKS).done();
    Files.copy(ranks.resolve("model_weights.ckpt"), source.resolve("model_weights.ckpt"));
    for (Order order :
        List.of(Order.of(source, out), Order.of(source, out).to(TargetFormat.NEMO))) {
      String both = "'model_weights/' and 'model_weights.ckpt'";
      order.tp(2).tried().assertRefused(Kind.INPUT, both);
    }
    Attempt.verify(source).assertRefused(Kind.INPUT);
    Attempt.open(source).assertDone("two sets of weights");
  }

  @Test
  void saysWhichTensorFilesOfAFolderItDoesNotRead() throws IOException {
    Path source = huggingFace("llama");
    held(source).writeShards(source, "model", ".safetensors");
    Files.delete(source.resolve(CONFIG));
    Attempt.verify(source).assertDone("does not list them: model.safetensors");
  }

  /** As safetensors.torch.save_model writes a model that shares memory. */
  @ParameterizedTest
  @CsvSource({
    "qwen2, model.embed_tokens.weight, lm_head.weight",
    "qwen2, lm_head.weight, model.embed_tokens.weight",
    "llama, lm_head.weight, model.embed_tokens.weight",
    "llama, model.embed_tokens.weight, lm_head.weight",
    "llama, model.layers.1.mlp.up_proj.weight, model.layers.0.mlp.up_proj.weight",
    "llama, model.layers.3.self_attn.k_proj.weight, model.layers.2.self_attn.k_proj.weight",
    "gpt2, transformer.ln_f.weight, transformer.h.0.ln_1.weight"
  })
  void readsATensorUnderTheNamesThatTheMetadataGivesIt(String model, String name, String of)
      throws IOException {
    String words = model.equals("qwen2") ? WORDS : of;
    Path whole = huggingFace(model);
    held(whole).copy(words, name).copy(words, of).write(whole.resolve(WEIGHTS));
    Path source = copy("/community/" + model, "saved");
    held(whole).remove(name).write(source.resolve(WEIGHTS), Map.of(name, of, "format", "pt"));
    Order.of(source, out).tp(2).to(TargetFormat.NEMO).tried().assertDone();
    Checkpoints.assertAlike(whole, out);
    Checkpoints.assertAlike(whole, source);
    var found = Checkpoints.found(source);
    assertTrue(found.stream().noneMatch(line -> line.contains("\t" + name + "\t")), "" + found);
  }

  @Test
  void metadataThatNamesNoTensorMeansNothing() throws IOException {
    Path source = huggingFace("llama");
    Map<String, String> metadata = Map.of(UP, WORDS, "a", "b", "format", "pt");
    held(source).write(source.resolve(WEIGHTS), metadata);
    Order.of(source, out).to(TargetFormat.NEMO).tried().assertDone();
    Checkpoints.assertAlike(copy("/community/llama", "plain"), out);
  }

  private static void writeSecond(Path source, String name, HeldTensors tensors)
      throws IOException {
    if (name.equals(TORCH)) {
      tensors.writeTorch(source.resolve(name));
    } else {
      boolean torch = name.startsWith("pytorch");
      tensors.writeShards(
          source, torch ? "pytorch_model" : "model", torch ? ".bin" : ".safetensors");
    }
  }

  private static HeldTensors held(Path source) {
    return HeldTensors.of(source.resolve(WEIGHTS));
  }

  @Test
  void restoresNoTensorOfWhichTwoSetsDiffer() throws IOException {
    Path source = huggingFace("llama");
    writeSecond(source, TORCH, held(source).change(UP));
    try (var restored = Shardwright.restoreFrom(source)) {
      var up = restored.tensor("decoder.layers.2.mlp.linear_fc1.weight");
      var refusal = assertThrows(MalformedCheckpointException.class, up::bytes);
      assertTrue(refusal.getMessage().contains("two sets of weights"), refusal.getMessage());
      restored.tensor("decoder.layers.1.mlp.linear_fc1.weight").bytes();
    }
  }
}
