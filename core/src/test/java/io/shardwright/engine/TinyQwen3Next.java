package io.shardwright.engine;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small Qwen3-Next: a layer with a gated delta net, one with attention, and one that predicts
 * ahead.
 */
final class TinyQwen3Next {
  static final int HIDDEN = 32;
  static final int HEADS = 4;
  static final int GROUPS = 2;
  static final int HEAD = 8;
  static final int KEY_HEADS = 2;
  static final int VALUE_HEADS = 4;
  static final int KEY = 6;
  static final int VALUE = 5;
  private static final int KEYS = KEY_HEADS * KEY;
  static final int VALUES = VALUE_HEADS * VALUE;
  static final String NET = "model.layers.0.linear_attn.";

  static final String JSON =
      """
      {"architectures": ["Qwen3NextForCausalLM"], "model_type": "qwen3_next", "vocab_size": 16,
       "num_hidden_layers": 2, "hidden_size": 32, "intermediate_size": 24, "head_dim": 8,
       "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
       "layer_types": ["linear_attention", "full_attention"], "linear_conv_kernel_dim": 4,
       "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 6,
       "linear_value_head_dim": 5, "num_experts": 4, "num_experts_per_tok": 2,
       "moe_intermediate_size": 8, "shared_expert_intermediate_size": 12, "rms_norm_eps": 1e-06,
       "norm_topk_prob": true, "partial_rotary_factor": 0.25, "tie_word_embeddings": false,
       "attention_bias": false, "hidden_act": "silu", "rope_theta": 10000.0}
      """;

  static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    shapes.put("model.embed_tokens.weight", Shape.of(16, HIDDEN));
    shapes.put("lm_head.weight", Shape.of(16, HIDDEN));
    shapes.put("model.norm.weight", Shape.of(HIDDEN));
    net(shapes);
    full("model.layers.1.", shapes);
    full("mtp.layers.0.", shapes);
    experts("model.layers.0.", shapes);
    shapes.put("mtp.fc.weight", Shape.of(HIDDEN, 2 * HIDDEN));
    shapes.put("mtp.norm.weight", Shape.of(HIDDEN));
    shapes.put("mtp.pre_fc_norm_embedding.weight", Shape.of(HIDDEN));
    shapes.put("mtp.pre_fc_norm_hidden.weight", Shape.of(HIDDEN));
    return shapes;
  }

  private static void net(Map<String, Shape> shapes) {
    shapes.put("model.layers.0.input_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(NET + "in_proj_qkvz.weight", Shape.of(2 * KEYS + 2 * VALUES, HIDDEN));
    shapes.put(NET + "in_proj_ba.weight", Shape.of(2 * VALUE_HEADS, HIDDEN));
    shapes.put(NET + "conv1d.weight", Shape.of(2 * KEYS + VALUES, 1, 4));
    shapes.put(NET + "A_log", Shape.of(VALUE_HEADS));
    shapes.put(NET + "dt_bias", Shape.of(VALUE_HEADS));
    shapes.put(NET + "norm.weight", Shape.of(VALUE));
    shapes.put(NET + "out_proj.weight", Shape.of(HIDDEN, VALUES));
  }

  private static void full(String layer, Map<String, Shape> shapes) {
    String attention = layer + "self_attn.";
    shapes.put(layer + "input_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(attention + "q_proj.weight", Shape.of(2L * HEADS * HEAD, HIDDEN));
    shapes.put(attention + "k_proj.weight", Shape.of(GROUPS * HEAD, HIDDEN));
    shapes.put(attention + "v_proj.weight", Shape.of(GROUPS * HEAD, HIDDEN));
    shapes.put(attention + "o_proj.weight", Shape.of(HIDDEN, HEADS * HEAD));
    shapes.put(attention + "q_norm.weight", Shape.of(HEAD));
    shapes.put(attention + "k_norm.weight", Shape.of(HEAD));
    experts(layer, shapes);
  }

  private static void experts(String layer, Map<String, Shape> shapes) {
    String mlp = layer + "mlp.";
    shapes.put(layer + "post_attention_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(mlp + "gate.weight", Shape.of(4, HIDDEN));
    shapes.put(mlp + "shared_expert_gate.weight", Shape.of(1, HIDDEN));
    gated(mlp + "shared_expert.", 12, shapes);
    for (int expert = 0; expert < 4; expert++) {
      gated(mlp + "experts." + expert + ".", 8, shapes);
    }
  }

  private static void gated(String module, long width, Map<String, Shape> shapes) {
    shapes.put(module + "gate_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "up_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "down_proj.weight", Shape.of(HIDDEN, width));
  }

  /** Whole numbers, of which float32 loses none. */
  static HeldTensors model(Path place) throws IOException {
    var random = new Random(6);
    var held = new HeldTensors();
    shapes()
        .forEach(
            (name, shape) -> {
              var bytes = ByteBuffer.allocate((int) shape.elements() * 4);
              bytes.order(ByteOrder.LITTLE_ENDIAN);
              while (bytes.hasRemaining()) {
                bytes.putFloat(random.nextInt(1 << 20));
              }
              held.add(new TensorSpec(name, DType.FLOAT32, shape), bytes.array());
            });
    Files.createDirectories(place);
    Files.writeString(place.resolve(ModelFolders.CONFIG), JSON);
    held.write(place.resolve(ModelFolders.WEIGHTS));
    return held;
  }

  private TinyQwen3Next() {}
}
