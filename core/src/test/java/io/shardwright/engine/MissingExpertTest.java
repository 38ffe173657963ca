package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of {@code torch_dist} that lack an expert are refused by layer and number. */
class MissingExpertTest {
  private static final int LAYERS = 2;
  private static final int EXPERTS = 3;
  private static final String CONFIG =
      """
      {"architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "num_experts": 3,
       "norm_topk_prob": true, "decoder_sparse_step": 1, "mlp_only_layers": [], "vocab_size": 8,
       "moe_intermediate_size": 6, "num_experts_per_tok": 2, "hidden_size": 4, "head_dim": 2,
       "num_hidden_layers": 2, "intermediate_size": 6, "num_attention_heads": 2,
       "num_key_value_heads": 1, "hidden_act": "silu", "rms_norm_eps": 1e-06,
       "tie_word_embeddings": false}
      """;

  private final Map<String, Shape> shapes = new TreeMap<>();

  @TempDir Path folder;

  /** Without its experts. */
  private void decoder() {
    shapes.put("embedding.word_embeddings.weight", Shape.of(8, 4));
    shapes.put("output_layer.weight", Shape.of(8, 4));
    shapes.put("decoder.final_layernorm.weight", Shape.of(4));
    for (int layer = 0; layer < LAYERS; layer++) {
      String before = "decoder.layers." + layer + ".";
      String attention = before + "self_attention.";
      shapes.put(attention + "linear_qkv.layer_norm_weight", Shape.of(4));
      shapes.put(attention + "linear_qkv.weight", Shape.of(8, 4));
      shapes.put(attention + "linear_proj.weight", Shape.of(4, 4));
      shapes.put(attention + "q_layernorm.weight", Shape.of(2));
      shapes.put(attention + "k_layernorm.weight", Shape.of(2));
      shapes.put(before + "pre_mlp_layernorm.weight", Shape.of(4));
      shapes.put(before + "mlp.router.weight", Shape.of(EXPERTS, 4));
    }
  }

  private static String experts(int layer) {
    return "decoder.layers." + layer + ".mlp.experts.experts.";
  }

  /** Each by itself, its matrices too. */
  private void apart() {
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int expert = 0; expert < EXPERTS; expert++) {
        String own = experts(layer) + expert + ".";
        Stream.of("_w", "_v")
            .forEach(half -> shapes.put(own + "linear_fc1.weight" + half, Shape.of(6, 4)));
        shapes.put(own + "linear_fc2.weight", Shape.of(4, 6));
      }
    }
  }

  private Path source() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    var items = new MegatronItems();
    shapes.forEach(
        (key, shape) ->
            items.add(key, DType.BFLOAT16, shape, new byte[(int) shape.elements() * 2]));
    items.write(source);
    Files.writeString(
        source.resolve("metadata.json"),
        "{\"sharded_backend\": \"torch_dist\", \"sharded_backend_version\": 1}");
    return source;
  }

  private Attempt converted() throws IOException {
    Path source = source();
    Path config = Files.writeString(folder.resolve("config.json"), CONFIG);
    return Order.of(source, folder.resolve("out"))
        .to(TargetFormat.HUGGING_FACE)
        .config(config)
        .tried();
  }

  @Test
  void readsExpertsThatAreAllThere() throws IOException {
    decoder();
    apart();
    converted().assertDone();
  }

  @ParameterizedTest
  @CsvSource({
    "0.linear_fc2.weight, layers.1.mlp.experts.local_experts.0.linear_fc2.weight",
    "2.linear_fc1.weight_v, layers.1.mlp.experts.experts.2.linear_fc1.weight_v",
    "1.linear_fc1.weight_w, layers.1.mlp.experts.experts.1.linear_fc1.weight_w"
  })
  void namesWhatALayersExpertLacks(String absent, String part) throws IOException {
    decoder();
    apart();
    shapes.remove(experts(1) + absent);
    converted().assertRefused(Kind.INPUT, part, "is incomplete");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void namesTheExpertThatOneAxisLacks(int layer) throws IOException {
    decoder();
    for (int each = 0; each < LAYERS; each++) {
      int there = each == layer ? EXPERTS - 1 : EXPERTS;
      shapes.put(experts(each) + "linear_fc1.weight", Shape.of(there, 12, 4));
      shapes.put(experts(each) + "linear_fc2.weight", Shape.of(EXPERTS, 4, 6));
    }
    String name = "layers." + layer + ".mlp.experts.local_experts.2.linear_fc1.weight";
    converted().assertRefused(Kind.INPUT, name, "is incomplete");
  }

  @Test
  void namesWhatAMissingFileHeld() throws IOException {
    decoder();
    shapes.put(experts(1) + "linear_fc1.weight", Shape.of(EXPERTS, 12, 4));
    Path source = source();
    Files.delete(source.resolve("__0_0.distcp"));
    String chunk = "'" + experts(1) + "linear_fc1.weight' at [0, 0, 0] of [3, 12, 4] (expert 0)";
    Attempt.open(source).assertRefused(Kind.INPUT, "no file '__0_0.distcp'", chunk);
  }
}
