package io.shardwright.engine;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A random small model in a folder of Hugging Face: names and shapes of transformers 5.12's own
 * classes, stated here a second time. Six heads, three groups and six experts can be cut by 2 and
 * by 3.
 */
final class TinyExperts {
  static final int LAYERS = 4;
  static final int VOCABULARY = 29;
  private static final int HIDDEN = 12;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int HEAD = 4;
  private static final int FFN = 24;
  private static final int EXPERT = 12;
  static final int EXPERTS = 6;
  private static final int LATENT = 10;
  private static final int QUERIES = 8;
  private static final int ROPE = 2;

  /** The classes. */
  enum Kind {
    LLAMA("LlamaForCausalLM", "llama", ""),
    QWEN3("Qwen3ForCausalLM", "qwen3", ""),
    MIXTRAL("MixtralForCausalLM", "mixtral", "\"num_local_experts\": 6, "),
    QWEN3_MOE(
        "Qwen3MoeForCausalLM",
        "qwen3_moe",
        "\"num_experts\": 6, \"norm_topk_prob\": true, \"decoder_sparse_step\": 1,"
            + " \"mlp_only_layers\": [], \"moe_intermediate_size\": 12, "),
    DEEPSEEK(
        "DeepseekV3ForCausalLM",
        "deepseek_v3",
        "\"n_routed_experts\": 6, \"n_shared_experts\": 2, \"first_k_dense_replace\": 1,"
            + " \"moe_intermediate_size\": 12, \"n_group\": 2, \"topk_group\": 1,"
            + " \"norm_topk_prob\": true, \"routed_scaling_factor\": 2.5, \"kv_lora_rank\": 10,"
            + " \"q_lora_rank\": 8, \"qk_nope_head_dim\": 4, \"qk_rope_head_dim\": 2,"
            + " \"qk_head_dim\": 6, \"v_head_dim\": 4, ");

    private final String name;
    private final String type;
    private final String more;

    Kind(String name, String type, String more) {
      this.name = name;
      this.type = type;
      this.more = more;
    }

    boolean hasExperts() {
      return ordinal() >= MIXTRAL.ordinal();
    }
  }

  private final Kind kind;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  private TinyExperts(Kind kind) {
    this.kind = kind;
    put("model.embed_tokens", VOCABULARY, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      String before = "model.layers." + layer + ".";
      put(before + "input_layernorm", HIDDEN);
      put(before + "post_attention_layernorm", HIDDEN);
      attention(before + "self_attn.");
      boolean dense = !kind.hasExperts() || kind == Kind.DEEPSEEK && layer == 0;
      if (dense) {
        gated(before + "mlp.", "gate_proj", "up_proj", "down_proj", FFN);
      } else {
        experts(before);
      }
    }
    put("model.norm", HIDDEN);
    put("lm_head", VOCABULARY, HIDDEN);
  }

  /** Writes the folder. */
  static Path write(Kind kind, Random random, Path folder) {
    return write(kind, random::nextBytes, folder);
  }

  /** Writes it with finite values, which alone have a master weight of their own. */
  static Path writeFinite(Kind kind, Random random, Path folder) {
    return write(kind, bytes -> finite(bytes, random), folder);
  }

  /** Random values of 16 or 32 bits. */
  static void finite(byte[] bytes, Random random) {
    random.nextBytes(bytes);
    for (int high = 1; high < bytes.length; high += 2) {
      bytes[high] &= (byte) 0xbf;
    }
  }

  private static Path write(Kind kind, Consumer<byte[]> filling, Path folder) {
    var held = new HeldTensors();
    new TinyExperts(kind)
        .shapes.forEach(
            (name, shape) -> {
              var type = name.endsWith("_correction_bias") ? DType.FLOAT32 : DType.BFLOAT16;
              byte[] bytes = new byte[(int) shape.elements() * type.byteSize()];
              filling.accept(bytes);
              held.add(new TensorSpec(name, type, shape), bytes);
            });
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config(kind));
      held.write(folder.resolve("model.safetensors"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return folder;
  }

  private static String config(Kind kind) {
    int groups = kind == Kind.DEEPSEEK ? HEADS : GROUPS;
    int head = kind == Kind.DEEPSEEK ? ROPE : HEAD;
    int width = kind == Kind.MIXTRAL ? EXPERT : FFN;
    return """
    {"architectures": ["%s"], "model_type": "%s", %s"num_experts_per_tok": 2,
     "vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d, "intermediate_size": %d,
     "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d,
     "hidden_act": "silu", "max_position_embeddings": 64, "rms_norm_eps": 1e-06,
     "tie_word_embeddings": false, "attention_bias": false, "rope_theta": 10000.0}
    """
        .formatted(
            kind.name,
            kind.type,
            kind.more,
            VOCABULARY,
            HIDDEN,
            LAYERS,
            width,
            HEADS,
            groups,
            head);
  }

  private void attention(String before) {
    if (kind == Kind.DEEPSEEK) {
      put(before + "q_a_proj", QUERIES, HIDDEN);
      put(before + "q_a_layernorm", QUERIES);
      put(before + "q_b_proj", HEADS * (HEAD + ROPE), QUERIES);
      put(before + "kv_a_proj_with_mqa", LATENT + ROPE, HIDDEN);
      put(before + "kv_a_layernorm", LATENT);
      put(before + "kv_b_proj", HEADS * 2 * HEAD, LATENT);
    } else {
      put(before + "q_proj", HEADS * HEAD, HIDDEN);
      put(before + "k_proj", GROUPS * HEAD, HIDDEN);
      put(before + "v_proj", GROUPS * HEAD, HIDDEN);
    }
    put(before + "o_proj", HIDDEN, HEADS * HEAD);
    if (kind == Kind.QWEN3 || kind == Kind.QWEN3_MOE) {
      put(before + "q_norm", HEAD);
      put(before + "k_norm", HEAD);
    }
  }

  private void experts(String layer) {
    boolean mixtral = kind == Kind.MIXTRAL;
    String mlp = layer + (mixtral ? "block_sparse_moe." : "mlp.");
    put(mlp + "gate", EXPERTS, HIDDEN);
    for (int expert = 0; expert < EXPERTS; expert++) {
      String before = mlp + "experts." + expert + ".";
      if (mixtral) {
        gated(before, "w1", "w3", "w2", EXPERT);
      } else {
        gated(before, "gate_proj", "up_proj", "down_proj", EXPERT);
      }
    }
    if (kind == Kind.DEEPSEEK) {
      shapes.put(mlp + "gate.e_score_correction_bias", Shape.of(EXPERTS));
      gated(mlp + "shared_experts.", "gate_proj", "up_proj", "down_proj", 2 * EXPERT);
    }
  }

  private void gated(String before, String gate, String up, String down, int width) {
    put(before + gate, width, HIDDEN);
    put(before + up, width, HIDDEN);
    put(before + down, HIDDEN, width);
  }

  private void put(String module, long... dims) {
    shapes.put(module + ".weight", Shape.of(dims));
  }
}
