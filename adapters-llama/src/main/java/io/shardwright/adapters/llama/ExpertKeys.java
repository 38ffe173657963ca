package io.shardwright.adapters.llama;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.inverted;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.adapters.nvgpt.DecoderKeys;
import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;

/**
 * Keys of transformers' decoders with experts in {@code config.json}, and what Megatron-Core calls
 * them (0.19, {@code transformer_config.py}).
 */
final class ExpertKeys {
  static final String WIDTH = "moe_ffn_hidden_size";
  static final String SHARED = "moe_shared_expert_intermediate_size";

  private ExpertKeys() {}

  /**
   * What all have: RMSNorm, SiLU with a gate, no biases of linear layers.
   *
   * @param positions how many there are where the document doesn't say
   * @param epsilon of norms where it doesn't say
   */
  static Dialect decoder(String positions, String epsilon) {
    return DecoderKeys.of(positions, "rms_norm_eps", epsilon, "false")
        .with(
            means("bias", "false"),
            means("normalization", "rmsnorm"),
            means("window_size", "null"),
            only("hidden_act", "silu"),
            means("activation", "fast-swiglu", "swiglu"),
            means("moe_latent_size", "null"),
            means("moe_apply_probs_on_input", "null", "false"))
        .ignoring("ep_size", "seq_aux", "aux_loss_alpha", "max_window_layers");
  }

  /**
   * The number of experts, that of a token's, and their width.
   *
   * @param topk what the class takes where the document doesn't say
   * @param count the keys of the number of experts
   */
  static ConfigKey[] sizes(String topk, String... count) {
    return new ConfigKey[] {
      same(LayerRows.EXPERTS, count),
      same("moe_router_topk", "num_experts_per_tok").orElse(topk),
      width("moe_intermediate_size")
    };
  }

  /** The width of an expert, which is the MLP's where it is absent. */
  static ConfigKey width(String key) {
    return of(WIDTH, new Codec.Usual("ffn_hidden_size", Codec.Side.EITHER), key);
  }

  /** Experts chosen by softmax, whose shares of a token add up to one or not. */
  static ConfigKey[] softmax() {
    return new ConfigKey[] {
      inverted("moe_router_pre_softmax", "norm_topk_prob").orElse("false"),
      unsaid("scoring_func", "softmax"),
      means("moe_router_score_function", "null", "softmax"),
      means("moe_router_dtype", "null", "fp32", "fp64"),
      means("moe_router_enable_expert_bias", "null", "false"),
      means("mtp_num_layers", "null", "0"),
      means("multi_latent_attention", "null", "false")
    };
  }

  /** Experts chosen by sigmoid and a bias of their own, with shares that add up to a factor. */
  static ConfigKey[] sigmoid() {
    return new ConfigKey[] {
      only("norm_topk_prob", "true"),
      unsaid("scoring_func", "sigmoid"),
      unsaid("topk_method", "noaux_tc"),
      means("moe_router_score_function", "sigmoid"),
      means("moe_router_dtype", "fp32", "null", "fp64"),
      means("moe_router_pre_softmax", "null", "true", "false"),
      means("moe_router_enable_expert_bias", "true"),
      of(
          PredictionRows.COUNT,
          Special.PREDICTION,
          "num_nextn_predict_layers",
          NEXT,
          "num_mtp_layers")
    };
  }

  private static final String NEXT = "#model.layers.*.eh_proj.weight";

  /**
   * Groups of experts of which a token has some, and the factor of shares.
   *
   * @param groups what the class takes where the document doesn't say
   * @param chosen of them
   * @param factor likewise
   * @param none what it calls no groups
   */
  static ConfigKey[] groups(String groups, String chosen, String factor, String none) {
    return new ConfigKey[] {
      of("moe_router_num_groups", new Codec.Otherwise(none), "n_group").orElse(groups),
      of("moe_router_group_topk", new Codec.Otherwise(none), "topk_group").orElse(chosen),
      of("moe_router_topk_scaling_factor", new Codec.Otherwise("1.0"), "routed_scaling_factor")
          .orElse(factor)
    };
  }

  /** No groups, and no factor. */
  static ConfigKey[] plain() {
    return new ConfigKey[] {
      means("moe_router_num_groups", "null", "1"),
      means("moe_router_group_topk", "null", "1"),
      means("moe_router_topk_scaling_factor", "null", "1.0")
    };
  }

  /**
   * First layers without experts, and shared experts as wide as several.
   *
   * @param dense what the class takes where the document doesn't say
   * @param shared likewise
   */
  static ConfigKey[] denseFirst(String dense, String shared) {
    return new ConfigKey[] {
      of("moe_layer_freq", Special.DENSE_FIRST, "first_k_dense_replace").orElse(dense),
      unsaid("moe_layer_freq", "1"),
      of(SHARED, new Codec.Multiple(WIDTH), "n_shared_experts").orElse(shared),
      means("moe_shared_expert_gate", "null", "false")
    };
  }

  /** Layers without experts by a step and numbers. */
  static ConfigKey[] sparseStep() {
    return new ConfigKey[] {
      of("moe_layer_freq", Special.SPARSE_STEP, "decoder_sparse_step", "mlp_only_layers"),
      only("use_sliding_window", "false"),
      same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.001")
    };
  }

  /** No experts that all tokens share. */
  static ConfigKey[] unshared() {
    return new ConfigKey[] {
      means(SHARED, "null"), means("moe_shared_expert_gate", "null", "false")
    };
  }

  /** A norm of queries and keys. */
  static ConfigKey queryNorms(String key, String absent) {
    return flag("qk_layernorm", key).orElse(absent);
  }

  /** Biases of queries, keys and values. */
  static ConfigKey[] queryBiases(String key, String absent) {
    return new ConfigKey[] {
      flag("add_qkv_bias", key).orElse(absent), flag("qkv_bias", key).orElse(absent).readAlone()
    };
  }

  /** Sizes of latent attention. */
  static ConfigKey[] latent() {
    return new ConfigKey[] {
      means("multi_latent_attention", "true"),
      means("qk_layernorm", "true"),
      of("q_lora_rank", new Codec.Otherwise("null"), "q_lora_rank").orElse("1536"),
      same("kv_lora_rank", "kv_lora_rank").orElse("512"),
      same("qk_head_dim", "qk_nope_head_dim").orElse("128"),
      same("qk_pos_emb_head_dim", "qk_rope_head_dim").orElse("64"),
      same("v_head_dim", "v_head_dim").orElse("128"),
      also("kv_channels", "head_dim"),
      of("seq_len_interpolation_factor", Special.LATENT_SCALING, "rope_scaling", "rope_parameters"),
      only("attention_bias", "false"),
      only("rope_interleave", "true")
    };
  }
}
