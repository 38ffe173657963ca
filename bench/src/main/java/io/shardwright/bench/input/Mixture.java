package io.shardwright.bench.input;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder of DeepSeek V3's build under transformers' names: latent attention, and mixtures of
 * experts with a shared one behind the first layers.
 *
 * @param dense layers at the start that have no experts
 * @param predicted layers behind the decoder's that predict further tokens
 * @param expertFfn inner width of an expert, the shared one included
 * @param quantized whether matrices are float8 with a scale for each block, as DeepSeek's are
 */
public record Mixture(
    int layers,
    int dense,
    int predicted,
    int experts,
    long hidden,
    long ffn,
    long expertFfn,
    int heads,
    long vocabulary,
    boolean quantized) {
  /** DeepSeek V3, with its layer that predicts ahead. */
  public static final Mixture DEEPSEEK_V3 =
      new Mixture(61, 3, 1, 256, 7_168, 18_432, 2_048, 128, 129_280, true);

  /** Kimi K2. */
  public static final Mixture KIMI_K2 =
      new Mixture(61, 1, 0, 384, 7_168, 18_432, 2_048, 64, 163_840, true);

  /** One layer of DeepSeek V3 whose experts have a quarter of their width, and few words. */
  public static final Mixture LAYER =
      new Mixture(1, 0, 0, 256, 7_168, 18_432, 512, 128, 1_280, false);

  static final long QUERY_RANK = 1_536;
  static final long KEY_RANK = 512;
  static final long PLAIN_HEAD = 128;
  static final long ROTARY_HEAD = 64;
  static final long VALUE_HEAD = 128;
  private static final long BLOCK = 128;

  /** The tensors of all files, in the model's order. */
  List<TensorSpec> tensors() {
    var all = new ArrayList<TensorSpec>();
    all.add(spec("model.embed_tokens.weight", vocabulary, hidden));
    for (int layer = 0; layer < layers + predicted; layer++) {
      layer(all, layer);
    }
    all.add(spec("model.norm.weight", hidden));
    all.add(spec("lm_head.weight", vocabulary, hidden));
    return all;
  }

  private void layer(List<TensorSpec> all, int layer) {
    String prefix = "model.layers." + layer + ".";
    if (layer >= layers) {
      all.add(spec(prefix + "embed_tokens.weight", vocabulary, hidden));
      all.add(spec(prefix + "enorm.weight", hidden));
      all.add(spec(prefix + "hnorm.weight", hidden));
      all.add(spec(prefix + "eh_proj.weight", hidden, 2 * hidden));
      all.add(spec(prefix + "shared_head.norm.weight", hidden));
      all.add(spec(prefix + "shared_head.head.weight", vocabulary, hidden));
    }
    all.add(spec(prefix + "input_layernorm.weight", hidden));
    attention(all, prefix + "self_attn.");
    all.add(spec(prefix + "post_attention_layernorm.weight", hidden));
    if (layer < dense) {
      mlp(all, prefix + "mlp.", ffn);
      return;
    }
    all.add(spec(prefix + "mlp.gate.weight", experts, hidden));
    all.add(
        new TensorSpec(
            prefix + "mlp.gate.e_score_correction_bias", DType.FLOAT32, Shape.of(experts)));
    mlp(all, prefix + "mlp.shared_experts.", expertFfn);
    for (int expert = 0; expert < experts; expert++) {
      mlp(all, prefix + "mlp.experts." + expert + ".", expertFfn);
    }
  }

  private void attention(List<TensorSpec> all, String prefix) {
    matrix(all, prefix + "q_a_proj.weight", QUERY_RANK, hidden);
    all.add(spec(prefix + "q_a_layernorm.weight", QUERY_RANK));
    matrix(all, prefix + "q_b_proj.weight", heads * (PLAIN_HEAD + ROTARY_HEAD), QUERY_RANK);
    matrix(all, prefix + "kv_a_proj_with_mqa.weight", KEY_RANK + ROTARY_HEAD, hidden);
    all.add(spec(prefix + "kv_a_layernorm.weight", KEY_RANK));
    matrix(all, prefix + "kv_b_proj.weight", heads * (PLAIN_HEAD + VALUE_HEAD), KEY_RANK);
    matrix(all, prefix + "o_proj.weight", hidden, heads * VALUE_HEAD);
  }

  private void mlp(List<TensorSpec> all, String prefix, long width) {
    matrix(all, prefix + "gate_proj.weight", width, hidden);
    matrix(all, prefix + "up_proj.weight", width, hidden);
    matrix(all, prefix + "down_proj.weight", hidden, width);
  }

  private void matrix(List<TensorSpec> all, String name, long rows, long columns) {
    if (!quantized) {
      all.add(spec(name, rows, columns));
      return;
    }
    all.add(new TensorSpec(name, DType.FLOAT8_E4M3FN, Shape.of(rows, columns)));
    var blocks = Shape.of((rows + BLOCK - 1) / BLOCK, (columns + BLOCK - 1) / BLOCK);
    all.add(new TensorSpec(name + "_scale_inv", DType.FLOAT32, blocks));
  }

  private static TensorSpec spec(String name, long... dims) {
    return new TensorSpec(name, DType.BFLOAT16, Shape.of(dims));
  }
}
