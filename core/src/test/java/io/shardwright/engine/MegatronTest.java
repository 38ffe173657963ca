package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roots and iterations of Megatron-LM and Megatron-Bridge. */
class MegatronTest {
  private static final String LATEST = "latest_checkpointed_iteration.txt";
  private static final List<String> FILES =
      List.of(
          ".metadata",
          "metadata.json",
          "common.pt",
          "__0_0.distcp",
          "__0_1.distcp",
          "__1_0.distcp",
          "__1_1.distcp",
          "__2_0.distcp",
          "__2_1.distcp",
          "__3_0.distcp",
          "__3_1.distcp");

  @TempDir Path folder;
  private Path root;
  private Path step;

  @BeforeEach
  void copy() throws IOException {
    root = folder.resolve("training");
    step = Files.createDirectories(root.resolve("iter_0000007"));
    Files.writeString(root.resolve(LATEST), "7");
    for (String file : FILES) {
      Files.write(step.resolve(file), resource("megatron-lm/iter_0000007/" + file));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (var stream = MegatronTest.class.getResourceAsStream("/megatron/" + name)) {
      return stream.readAllBytes();
    }
  }

  private static String text(String name) throws IOException {
    return new String(resource(name), StandardCharsets.UTF_8);
  }

  /** What Megatron-Bridge would say of the same model, whose rows are padded from 127. */
  private void bridge() throws IOException {
    String said = text("run_config.yaml");
    for (String[] value :
        new String[][] {
          {"num_layers: 4", "num_layers: 2"},
          {"hidden_size: 64", "hidden_size: 32"},
          {"ffn_hidden_size: 112", "ffn_hidden_size: 64"},
          {"num_attention_heads: 8", "num_attention_heads: 4"},
          {"num_query_groups: 4", "num_query_groups: 2"},
          {"rope_scaling: true", "rope_scaling: false"},
          {"should_pad_vocab: false", "should_pad_vocab: true"},
          {"vocab_size: 320", "vocab_size: 127"}
        }) {
      said = said.replace("\n  " + value[0] + "\n", "\n  " + value[1] + "\n");
    }
    Files.writeString(step.resolve("run_config.yaml"), said);
    Files.delete(step.resolve("common.pt"));
  }

  private Attempt convert() {
    return Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).tried();
  }

  @Test
  void readsWhatAnotherReaderReads() throws IOException {
    Verification read =
        Checkpoints.SHARDWRIGHT.verify(root, Set.of(Detail.SUMS), ProgressListener.SILENT);
    var found =
        read.tensors().stream()
            .map(
                sum ->
                    String.join(
                        "\t",
                        sum.spec().name(),
                        sum.spec().dtype().torchName(),
                        sum.spec().shape().toString(),
                        sum.sha256()))
            .sorted()
            .toList();
    assertEquals(text("megatron-lm.tsv").lines().sorted().toList(), found);
  }

  @Test
  void convertsAMegatronLmRootAndItsIteration() {
    for (Path source : List.of(root, step)) {
      Path hf = folder.resolve("hf-" + source.getFileName());
      Order.of(source, hf).to(TargetFormat.HUGGING_FACE).done();
      Path nemo = folder.resolve(source.getFileName() + ".nemo");
      Order.of(source, nemo).grid(2, 2).done();
      assertTrue(Checkpoints.diff(source, hf).same());
      assertTrue(Checkpoints.diff(nemo, hf).same());
    }
  }

  /** Rows of Q, K and V of a group stand one after another there. */
  @Test
  void splitsQueriesKeysAndValues() throws IOException {
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    byte[] fused = values(st, "decoder.layers.self_attention.linear_qkv.weight");
    int row = 32 * 2;
    int head = 8 * row;
    int layer = 64 * row;
    byte[] keys = values(hf, "model.layers.1.self_attn.k_proj.weight");
    byte[] queries = values(hf, "model.layers.1.self_attn.q_proj.weight");
    for (int group = 0; group < 2; group++) {
      int at = layer + group * 4 * head;
      assertEquals(
          hex(Arrays.copyOfRange(fused, at, at + 2 * head)),
          hex(Arrays.copyOfRange(queries, group * 2 * head, (group + 1) * 2 * head)));
      assertEquals(
          hex(Arrays.copyOfRange(fused, at + 2 * head, at + 3 * head)),
          hex(Arrays.copyOfRange(keys, group * head, (group + 1) * head)));
    }
  }

  private static byte[] values(Path folder, String tensor) throws IOException {
    return HeldTensors.of(folder.resolve("model.safetensors")).bytes(tensor);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void readsABridgeRootAndDropsPaddedRows() throws IOException {
    bridge();
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    assertEquals(127 * 32 * 2, values(hf, "lm_head.weight").length);
    assertTrue(Files.readString(hf.resolve("config.json")).contains("\"vocab_size\": 127"));
    Path nemo = Order.of(root, folder.resolve("m.nemo")).done();
    Path back = Order.of(nemo, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    assertTrue(Checkpoints.diff(hf, back).same());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qk_layernorm: false=qk_layernorm: true",
        "multi_latent_attention: false=multi_latent_attention: true",
        "softmax_type: vanilla=softmax_type: learnable",
        "_target_: megatron.bridge.models.gpt_provider.GPTModelProvider=_target_: a.OtherProvider",
        "_target_: torch.nn.functional.silu=_target_: torch.nn.functional.relu",
        "normalization: RMSNorm=normalization: L2Norm",
        "position_embedding_type: rope=position_embedding_type: yarn"
      })
  void keepsTensorsOfAModelThatIsNotKnown(String change) throws IOException {
    bridge();
    String[] values = change.split("=");
    Path config = step.resolve("run_config.yaml");
    Files.writeString(config, Files.readString(config).replace(values[0], values[1]));
    Attempt.open(root).assertDone(values[1].split(": ")[1]);
    convert().assertRefused(Kind.INPUT, values[1].split(": ")[1]);
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    assertEquals(2 * 32 * 64 * 2, values(st, "decoder.layers.mlp.linear_fc2.weight").length);
  }

  @Test
  void takesTheNewestFinishedIterationWhereTheLatestIsNot() throws IOException {
    Path later = Files.createDirectories(root.resolve("iter_0000009"));
    Files.copy(step.resolve("__0_0.distcp"), later.resolve("__0_0.distcp"));
    Files.writeString(root.resolve(LATEST), "9\n");
    Attempt.open(root).assertDone("names iter_0000009, which is not finished", "iter_0000007");
    Attempt.open(later).assertRefused(Kind.INPUT, "lacks .metadata", "did not finish");
    Order.of(root, folder.resolve("hf"))
        .step(9)
        .tried()
        .assertRefused(Kind.INPUT, "did not finish");
    Order.of(root, folder.resolve("hf")).step(8).tried().assertRefused(Kind.INPUT, "iteration 8");
    Order.of(root, folder.resolve("hf")).step(7).to(TargetFormat.HUGGING_FACE).done();
  }

  @Test
  void refusesASaveThatDidNotFinish() throws IOException {
    Files.delete(step.resolve("metadata.json"));
    for (Path source : List.of(root, step)) {
      for (Attempt run : Attempt.looks(source)) {
        run.assertRefused(Kind.INPUT, "lacks metadata.json", "did not finish");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc", "seven", "", "-1", "7/../7", "99999999999999999999"})
  void refusesALatestIterationThatIsNoNumber(String said) throws IOException {
    Files.writeString(root.resolve(LATEST), said);
    Attempt.open(root).assertRefused(Kind.INPUT, "expected the number of an iteration");
    convert().assertRefused(Kind.INPUT, LATEST);
  }

  @Test
  void refusesAFolderThatIsNotWhole() throws IOException {
    byte[] items = Files.readAllBytes(step.resolve("__2_1.distcp"));
    Files.write(step.resolve("__2_1.distcp"), Arrays.copyOf(items, items.length - 1));
    Attempt.open(root).assertRefused(Kind.INPUT, "__2_1.distcp", "truncated");
    Files.delete(step.resolve("__2_1.distcp"));
    Attempt.open(root).assertRefused(Kind.INPUT, "__2_1.distcp");
    convert().assertRefused(Kind.INPUT, "__2_1.distcp");
  }

  @Test
  void refusesAnItemThatLiesElsewhere() throws IOException {
    Path metadata = step.resolve(".metadata");
    String said = Files.readString(metadata, StandardCharsets.ISO_8859_1);
    String odd = said.replace("__2_1.distcp", "../../xy.dcp");
    Files.writeString(metadata, odd, StandardCharsets.ISO_8859_1);
    for (Attempt run : Attempt.looks(root)) {
      run.assertRefused(Kind.SAFETY, "..");
    }
  }

  @Test
  void comparesTheSumsThatTheFolderStates() throws Exception {
    var sums = new StringBuilder();
    for (String file : FILES) {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(step.resolve(file)));
      sums.append(sums.isEmpty() ? "" : ", ").append("\"" + file + "\": \"" + hex(sum) + "\"");
    }
    Path stated = step.resolve("integrity.json");
    String said = "{\"algorithm\": \"sha256\", \"files\": {" + sums + "}}";
    Files.writeString(stated, said);
    Attempt.verify(root).assertDone();
    Files.writeString(step.resolve("metadata.json"), " ", StandardOpenOption.APPEND);
    Attempt.verify(root).assertRefused(Kind.INPUT, "SW-108", "metadata.json", "SHA-256");
    Files.writeString(stated, said.replace("common.pt", "../../common.pt"));
    Attempt.open(root).assertRefused(Kind.INPUT, "../../common.pt");
  }

  @Test
  void takesTheTokenizerAlong() throws IOException {
    bridge();
    Path tokenizer = Files.createDirectories(step.resolve("tokenizer"));
    Files.writeString(tokenizer.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}");
    Files.writeString(tokenizer.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {}}}");
    Path nemo = Order.of(root, folder.resolve("m.nemo")).done();
    for (Path source : List.of(root, nemo)) {
      Path hf = folder.resolve("hf-" + source.getFileName());
      Order.of(source, hf).to(TargetFormat.HUGGING_FACE).done();
      for (String file : List.of("tokenizer_config.json", "tokenizer.json")) {
        assertEquals(-1, Files.mismatch(tokenizer.resolve(file), hf.resolve(file)), file);
      }
    }
  }

  /** The bytes that a conversion moves are compared with what their items state. */
  @Test
  void noticesADamagedItem() throws IOException {
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    var words = Arrays.copyOf(values(st, "embedding.word_embeddings.weight"), 64);
    String sought = new String(words, StandardCharsets.ISO_8859_1);
    for (String file : FILES) {
      String held = Files.readString(step.resolve(file), StandardCharsets.ISO_8859_1);
      String damaged = held.replace(sought, sought.substring(1) + "x");
      Files.writeString(step.resolve(file), damaged, StandardCharsets.ISO_8859_1);
    }
    Attempt.verify(root).assertRefused(Kind.INPUT, "CRC-32");
    convert().assertRefused(Kind.INPUT, "CRC-32");
  }
}
