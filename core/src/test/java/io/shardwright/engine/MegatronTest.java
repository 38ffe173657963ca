package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roots and iterations of Megatron-LM and Megatron-Bridge. */
class MegatronTest {
  @TempDir Path folder;
  private MegatronRoot megatron;
  private Path root;
  private Path step;

  @BeforeEach
  void copy() throws IOException {
    megatron = MegatronRoot.in(folder);
    root = megatron.root();
    step = megatron.step();
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
    assertEquals(MegatronRoot.text("megatron-lm.tsv").lines().sorted().toList(), found);
  }

  @Test
  void convertsAMegatronLmRootAndItsIteration() {
    for (Path source : List.of(root, step)) {
      Path hf = folder.resolve("hf-" + source.getFileName());
      Order.of(source, hf).to(TargetFormat.HUGGING_FACE).done();
      Path nemo = folder.resolve(source.getFileName() + ".nemo");
      Order.of(source, nemo).grid(2, 2).done();
      assertEquals(
          List.of(),
          Checkpoints.tensors(nemo).stream().filter(line -> !line.startsWith("model.")).toList());
      assertTrue(Checkpoints.diff(source, hf).same());
      assertTrue(Checkpoints.diff(nemo, hf).same());
    }
  }

  @Test
  void tellsRootsFoldersAndBridgeApart() throws IOException {
    assertEquals("megatron", format(root));
    assertEquals("torch_dist", format(step));
    Files.writeString(step.resolve("run_config.yaml"), "model: {}\n");
    assertEquals("bridge", format(root));
    assertEquals("bridge", format(step));
  }

  private static String format(Path source) {
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(source)) {
      return checkpoint.summary().format();
    }
  }

  /** Rows of Q, K and V of a group stand one after another there. */
  @Test
  void splitsQueriesKeysAndValues() throws IOException {
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    byte[] fused = MegatronRoot.values(st, "decoder.layers.self_attention.linear_qkv.weight");
    int row = 32 * 2;
    int head = 8 * row;
    int layer = 64 * row;
    byte[] keys = MegatronRoot.values(hf, "model.layers.1.self_attn.k_proj.weight");
    byte[] queries = MegatronRoot.values(hf, "model.layers.1.self_attn.q_proj.weight");
    for (int group = 0; group < 2; group++) {
      int at = layer + group * 4 * head;
      assertEquals(
          MegatronRoot.hex(Arrays.copyOfRange(fused, at, at + 2 * head)),
          MegatronRoot.hex(Arrays.copyOfRange(queries, group * 2 * head, (group + 1) * 2 * head)));
      assertEquals(
          MegatronRoot.hex(Arrays.copyOfRange(fused, at + 2 * head, at + 3 * head)),
          MegatronRoot.hex(Arrays.copyOfRange(keys, group * head, (group + 1) * head)));
    }
  }

  @Test
  void readsABridgeRootAndDropsPaddedRows() throws IOException {
    megatron.bridge();
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    assertEquals(127 * 32 * 2, MegatronRoot.values(hf, "lm_head.weight").length);
    assertTrue(Files.readString(hf.resolve("config.json")).contains("\"vocab_size\": 127"));
    Path nemo = Order.of(root, folder.resolve("m.nemo")).done();
    Path back = Order.of(nemo, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    assertTrue(Checkpoints.diff(hf, back).same());
  }

  @Test
  void readsALayoutOfStagesAsListsOfWords() throws IOException {
    megatron.bridge();
    Path said = step.resolve("run_config.yaml");
    Files.writeString(
        said,
        Files.readString(said)
            .replace(
                "parallel_layout: null",
                "parallel_layout: [[embedding, decoder, decoder], [loss]]"));
    Path nemo = Order.of(root, folder.resolve("m")).to(TargetFormat.NEMO).done();
    String config = Files.readString(nemo.resolve("model_config.yaml"));
    assertTrue(config.contains("pipeline_model_parallel_layout: Ett|L"), config);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qk_layernorm: false=qk_layernorm: true",
        "softmax_type: vanilla=softmax_type: learnable",
        "_target_: megatron.bridge.models.gpt_provider.GPTModelProvider=_target_: a.OtherProvider",
        "_target_: torch.nn.functional.silu=_target_: torch.nn.functional.relu",
        "normalization: RMSNorm=normalization: L2Norm",
        "position_embedding_type: rope=position_embedding_type: mrope"
      })
  void keepsTensorsOfAModelThatIsNotKnown(String change) throws IOException {
    megatron.bridge();
    String[] values = change.split("=");
    Path config = step.resolve("run_config.yaml");
    Files.writeString(config, Files.readString(config).replace(values[0], values[1]));
    Attempt.open(root).assertDone(values[1].split(": ")[1]);
    convert().assertRefused(Kind.INPUT, values[1].split(": ")[1]);
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    assertEquals(
        2 * 32 * 64 * 2, MegatronRoot.values(st, "decoder.layers.mlp.linear_fc2.weight").length);
  }

  @Test
  void takesTheTokenizerAlong() throws IOException {
    megatron.bridge();
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

  /** Flat buffers name no parameter; here the output layer's tensor plays one. */
  @Test
  void leavesAnOptimizerBehindOnlyWhereThatIsWanted() throws IOException {
    megatron.bridge();
    rename(step.resolve("run_config.yaml"), "output_weights: false", "output_weights: true");
    rename(step.resolve(".metadata"), "output_layer.weight", "optimizer.flat.1234");
    for (Attempt run : Attempt.looks(root)) {
      assertFalse(run.assertDone().said().contains("no rule"), run.said());
    }
    convert().assertRefused(Kind.INPUT, "SW-113", "optimizer's state");
    Path hf = folder.resolve("hf");
    Order.of(root, hf).to(TargetFormat.HUGGING_FACE).withoutOptimizer().done();
    assertTrue(Checkpoints.diff(root, hf).compared() > 0);
  }

  private static void rename(Path file, String from, String to) throws IOException {
    String said = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, said.replace(from, to), StandardCharsets.ISO_8859_1);
  }

  /** As Megatron-Core saves layers that aren't alike, and halves of a gated MLP. */
  @Test
  void readsLayersAndHalvesOfTheirOwn() throws IOException {
    megatron.bridge();
    Path st = Order.of(root, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    HeldTensors stacked = HeldTensors.of(st.resolve("model.safetensors"));
    var items = new MegatronItems();
    for (String line : MegatronRoot.text("megatron-lm.tsv").lines().toList()) {
      String key = line.split("\t")[0];
      var spec = stacked.spec(key);
      for (int layer = 0; layer < (key.contains(".layers.") ? 2 : 1); layer++) {
        if (!key.contains(".layers.")) {
          items.add(key, spec.dtype(), spec.shape(), stacked.bytes(key));
          continue;
        }
        String own = key.replace(".layers.", ".layers." + layer + ".");
        var dims = spec.shape().dims();
        var shape = new Shape(dims.subList(1, dims.size()));
        byte[] bytes = MegatronItems.part(stacked.bytes(key), layer, 2);
        if (key.endsWith("linear_fc1.weight")) {
          var half = shape.with(0, shape.dim(0) / 2);
          items.add(own + "_w", spec.dtype(), half, MegatronItems.part(bytes, 0, 2));
          items.add(own + "_v", spec.dtype(), half, MegatronItems.part(bytes, 1, 2));
        } else {
          items.add(own, spec.dtype(), shape, bytes);
        }
      }
    }
    Path hf = Order.of(root, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    items.write(step);
    Path other = Order.of(root, folder.resolve("other")).to(TargetFormat.HUGGING_FACE).done();
    assertEquals(
        -1, Files.mismatch(hf.resolve("model.safetensors"), other.resolve("model.safetensors")));
  }
}
