package io.shardwright.engine;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of random values with the names and shapes that its configuration asks for: a GPT in
 * either naming or a ViT (NeMo v1.23.0's and Megatron-LM core_v0.5.0's modules, stated here once
 * more). No gated activation but those of one matrix.
 */
public final class KeyedModel {
  private static final Map<String, String> LEGACY =
      Map.of(
          "embedding.", "language_model.embedding.",
          "decoder.layers.", "language_model.encoder.layers.",
          "self_attention.linear_qkv.layer_norm_", "input_layernorm.",
          "self_attention.linear_qkv.", "self_attention.query_key_value.",
          "self_attention.linear_proj.", "self_attention.dense.",
          "mlp.linear_fc1.layer_norm_", "post_attention_layernorm.",
          "mlp.linear_fc1.", "mlp.dense_h_to_4h.",
          "mlp.linear_fc2.", "mlp.dense_4h_to_h.",
          "decoder.final_layernorm.", "language_model.encoder.final_layernorm.",
          "output_layer.", "language_model.output_layer.");
  private static final long ROWS = 24;

  private final Map<String, String> config;
  private final Map<String, Shape> tensors = new LinkedHashMap<>();
  private final long hidden;
  private final long heads;
  private final long channels;
  private final long ffn;

  private KeyedModel(Map<String, String> config) {
    this.config = config;
    hidden = number("hidden_size", 0);
    heads = number("num_attention_heads", 1);
    channels = number("kv_channels", hidden / heads);
    ffn = number("ffn_hidden_size", 0);
  }

  /** Writes a folder as NeMo writes one without model parallelism. */
  public static Path write(Path folder, Map<String, String> config) {
    return write(folder, config, DType.FLOAT32);
  }

  static Path write(Path folder, Map<String, String> config, DType dtype) {
    var model = new KeyedModel(config);
    if (config.containsKey("patch_dim")) {
      model.vit();
    } else {
      model.gpt();
    }
    Map<String, String> nested = new LinkedHashMap<>();
    nested(config).forEach((key, value) -> nested.put(key, value.toString()));
    return TinyGpt.write(
        folder, nested, dtype, model.tensors, new Random(config.hashCode())::nextBytes);
  }

  static Map<String, Object> nested(Map<String, String> config) {
    Map<String, Object> root = new TreeMap<>();
    config.forEach((key, value) -> put(root, key, value));
    return root;
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> map, String key, String value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      map.put(key, value);
    } else {
      var inner = map.computeIfAbsent(key.substring(0, dot), name -> new Flow(new TreeMap<>()));
      put(((Flow) inner).map, key.substring(dot + 1), value);
    }
  }

  /** A map that is written on one line. */
  private record Flow(Map<String, Object> map) {
    @Override
    public String toString() {
      return map.toString().replace("=", ": ");
    }
  }

  private long number(String key, long absent) {
    String value = config.getOrDefault(key, "null");
    return value.equals("null") ? absent : Long.parseLong(value);
  }

  private boolean says(String key, String value) {
    return value.equals(config.get(key));
  }

  private void gpt() {
    boolean normBias = !says("normalization", "rmsnorm");
    put("embedding.word_embeddings.weight", ROWS, hidden);
    if (says("position_embedding_type", "learned_absolute")) {
      String length = says("mcore_gpt", "true") ? "encoder_seq_length" : "max_position_embeddings";
      put("embedding.position_embeddings.weight", number(length, 0), hidden);
    } else if (says("position_embedding_type", "learned_parameters")) {
      put("embedding.position_embeddings", number("max_position_embeddings", 0), hidden);
    }
    for (long layer = 0; layer < number("num_layers", 0); layer++) {
      String prefix = "decoder.layers." + layer + ".";
      long groups = number("num_query_groups", heads);
      long up = config.get("activation").endsWith("glu") ? 2 * ffn : ffn;
      norm(prefix + "self_attention.linear_qkv.layer_norm_", normBias);
      linear(prefix + "self_attention.linear_qkv.", (heads + 2 * groups) * channels, hidden);
      linear(prefix + "self_attention.linear_proj.", hidden, heads * channels);
      if (says("position_embedding_type", "xpos")) {
        put(prefix + "self_attention.core_attention.xpos.scale", channels / 2);
      }
      norm(prefix + "mlp.linear_fc1.layer_norm_", normBias);
      linear(prefix + "mlp.linear_fc1.", up, hidden);
      linear(prefix + "mlp.linear_fc2.", hidden, ffn);
    }
    norm("decoder.final_layernorm.", normBias);
    if (says("share_embeddings_and_output_weights", "false")) {
      put("output_layer.weight", ROWS, hidden);
    }
  }

  private void vit() {
    boolean normBias = !says("normalization", "rmsnorm");
    long patch = number("patch_dim", 1);
    long patches = number("img_h", 0) / patch * (number("img_w", 0) / patch);
    put("backbone.cls_token", 1, 1, hidden);
    put("backbone.linear_encoder.weight", hidden, patch * patch * number("num_channels", 0));
    put("backbone.linear_encoder.bias", hidden);
    put("backbone.position_embeddings.weight", patches + 1, hidden);
    for (long layer = 0; layer < number("num_layers", 0); layer++) {
      String prefix = "backbone.transformer.layers." + layer + ".";
      norm(prefix + "input_layernorm.", normBias);
      linear(prefix + "self_attention.query_key_value.", 3 * heads * channels, hidden);
      linear(prefix + "self_attention.dense.", hidden, heads * channels);
      norm(prefix + "post_attention_layernorm.", normBias);
      linear(prefix + "mlp.dense_h_to_4h.", ffn, hidden);
      linear(prefix + "mlp.dense_4h_to_h.", hidden, ffn);
    }
    norm("backbone.transformer.final_layernorm.", normBias);
    linear("head.", number("num_classes", 0), hidden);
  }

  private void linear(String prefix, long out, long in) {
    put(prefix + "weight", out, in);
    if (!says("bias", "false")) {
      put(prefix + "bias", out);
    }
  }

  private void norm(String prefix, boolean withBias) {
    put(prefix + "weight", hidden);
    if (withBias) {
      put(prefix + "bias", hidden);
    }
  }

  private void put(String name, long... dims) {
    String stored = name;
    if (!says("mcore_gpt", "true")) {
      for (String part : LEGACY.keySet().stream().sorted(KeyedModel::longerFirst).toList()) {
        stored = stored.replace(part, LEGACY.get(part));
      }
    }
    tensors.put("model." + stored, Shape.of(dims));
  }

  private static int longerFirst(String one, String other) {
    return Integer.compare(other.length(), one.length());
  }
}
