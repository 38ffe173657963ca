package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.DenseTensor;
import io.shardwright.spi.format.TensorTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Turns the names of Megatron-LM's models before Megatron-Core into those of Megatron-Core, and the
 * rows of its older fused QKV into their order there (Megatron-LM core_v0.16.0, {@code
 * megatron/legacy/model/language_model.py}, {@code megatron/training/checkpointing.py}, {@code
 * fix_query_key_value_ordering}).
 */
final class LegacyNames {
  private static final String MODEL = "language_model.";

  /** The first version whose rows have the order of today. */
  static final double ORDERED = 2;

  private static final String QKV = "self_attention.linear_qkv.";

  /** Words that stand at the end of a name's path, newest first. */
  private static final Map<String, String> MODULES = modules();

  private static final Pattern LAYER =
      Pattern.compile(MODEL + "(?:encoder|transformer)\\.layers\\.([0-9]+)\\.(.+)\\.(weight|bias)");
  private static final Pattern LAST =
      Pattern.compile(MODEL + "(?:encoder|transformer)\\.final_(?:layer)?norm\\.(weight|bias)");
  private static final Pattern REST =
      Pattern.compile(MODEL + "((?:embedding|output_layer|rotary_pos_emb)\\..*)");
  private static final String COPY = "word_embeddings_for_head.weight";

  private LegacyNames() {}

  private static Map<String, String> modules() {
    var modules = new LinkedHashMap<String, String>();
    for (String norm : List.of("input_layernorm", "input_norm")) {
      modules.put(norm, QKV + "layer_norm_");
    }
    for (String norm : List.of("post_attention_layernorm", "post_attention_norm")) {
      modules.put(norm, "mlp.linear_fc1.layer_norm_");
    }
    for (String attention : List.of("self_attention.", "attention.")) {
      modules.put(attention + "query_key_value", QKV);
      modules.put(attention + "dense", "self_attention.linear_proj.");
    }
    modules.put("mlp.dense_h_to_4h", "mlp.linear_fc1.");
    modules.put("mlp.dense_4h_to_h", "mlp.linear_fc2.");
    return Map.copyOf(modules);
  }

  /** Whether a rank's model is one of these. */
  static boolean are(TensorTree model) {
    return model.tensors().keySet().stream().anyMatch(name -> name.startsWith(MODEL));
  }

  /**
   * The parameters of a rank's model.
   *
   * @param version of the checkpoint, which tells the order of the rows
   * @param heads of a rank; 0 where nobody knows
   */
  static Map<String, DenseTensor> of(
      Map<String, ? extends DenseTensor> model, double version, long heads) {
    var named = new LinkedHashMap<String, DenseTensor>();
    model.forEach(
        (stored, tensor) -> {
          String name = name(stored);
          boolean rows = name.endsWith(QKV + "weight") || name.endsWith(QKV + "bias");
          named.put(name, rows && heads > 0 ? ordered(tensor, version, heads) : tensor);
        });
    return named;
  }

  private static String name(String stored) {
    var layer = LAYER.matcher(stored);
    if (layer.matches() && MODULES.containsKey(layer.group(2))) {
      return "decoder.layers."
          + layer.group(1)
          + "."
          + MODULES.get(layer.group(2))
          + layer.group(3);
    }
    var last = LAST.matcher(stored);
    if (last.matches()) {
      return "decoder.final_layernorm." + last.group(1);
    }
    var rest = REST.matcher(stored);
    return rest.matches() ? rest.group(1) : stored.equals(COPY) ? "output_layer.weight" : stored;
  }

  /**
   * Version 0 has all queries, keys and values one after another, 1.0 those of each number. Rows
   * that the heads can't share stay as they are, to be refused by their shape.
   */
  private static DenseTensor ordered(DenseTensor tensor, double version, long heads) {
    long rows = tensor.spec().shape().rank() == 0 ? 0 : tensor.spec().shape().dim(0);
    long each = rows / (3 * heads);
    if (version >= ORDERED || rows % (3 * heads) != 0) {
      return tensor;
    }
    return version == 0
        ? tensor.reordered(List.of(3L, heads, each), List.of(1, 0, 2))
        : tensor.reordered(List.of(heads, each, 3L), List.of(0, 2, 1));
  }
}
