package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the two documents have in common: the fields of Megatron-Core's {@code TransformerConfig}
 * and {@code GPTModel} (core_v0.19.0).
 */
final class MegatronKeys {
  /** Positions that NeMo 1 has too. */
  static final Map<String, String> POSITIONS =
      Map.of("rope", "rope", "learned_absolute", "learned_absolute");

  private static final String NORM = "normalization";
  private static final String CENTERED = "layernorm_zero_centered_gamma";
  private static final String LENGTH = "seq_length";
  private static final String POSITION_COUNT = "max_position_embeddings";
  private static final String WINDOW = "window_size";

  /** A flag that NeMo's configurations have only where it is on. */
  private static final Map<String, String> IF_TRUE = Map.of("true", "true", "false", "null");

  private MegatronKeys() {}

  /** A document whose lists are texts, as canonical values of keys are. */
  static Obj flat(Obj model) {
    Obj flat = model.copy();
    model
        .fields()
        .forEach(
            (key, value) -> {
              if (value instanceof Arr list) {
                flat.put(key, key.equals(WINDOW) ? Null.NULL : new Str(text(list)));
              }
            });
    return flat;
  }

  /** A window of tokens before and behind, which NeMo's configurations have alike. */
  static Optional<String> window(Obj model) {
    return model.get(WINDOW).filter(Arr.class::isInstance).map(list -> text((Arr) list));
  }

  private static String text(Arr list) {
    return list.items().stream()
        .map(item -> DialectDocument.text(item).orElse("…"))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** Whether a flag is on. */
  static boolean isTrue(DialectDocument document, String flag) {
    return document.text(flag).filter("true"::equals).isPresent();
  }

  /** The type of the weights in NeMo's words. */
  static String precision(DialectDocument document) {
    return isTrue(document, "bf16") ? "bf16" : isTrue(document, "fp16") ? "16" : "32";
  }

  static Dialect common(String name, DialectDocument document) {
    String positions = document.text(POSITION_COUNT).isPresent() ? POSITION_COUNT : LENGTH;
    return sizes(Dialect.of(name), positions)
        .with(
            same("bias", "add_bias_linear").orElse("true"),
            words("add_qkv_bias", "add_qkv_bias", IF_TRUE),
            words("qkv_bias", "add_qkv_bias", IF_TRUE),
            of(NORM, new Cases(norms()), NORM, CENTERED),
            same("layernorm_epsilon", "layernorm_epsilon", "norm_epsilon").orElse("1e-05"),
            same("rotary_base", "rotary_base").orElse("10000.0"),
            words("rotary_interleaved", "rotary_interleaved", IF_TRUE),
            only(WINDOW, "null"),
            same("init_method_std", "init_method_std"),
            same("hidden_dropout", "hidden_dropout"),
            same("attention_dropout", "attention_dropout"),
            same("make_vocab_size_divisible_by", "make_vocab_size_divisible_by"),
            same("apply_query_key_layer_scaling", "apply_query_key_layer_scaling"))
        .with(others())
        .ignoring(NeutralKeys.of(document));
  }

  private static Dialect sizes(Dialect dialect, String positions) {
    return dialect.with(
        same("num_layers", "num_layers"),
        same("hidden_size", "hidden_size"),
        same("ffn_hidden_size", "ffn_hidden_size"),
        same("num_attention_heads", "num_attention_heads"),
        same("num_query_groups", "num_query_groups"),
        headSize("kv_channels"),
        same(POSITION_COUNT, positions),
        also("encoder_seq_length", positions),
        also("data.seq_length", LENGTH));
  }

  private static Map<String, Map<String, String>> norms() {
    return Map.of(
        "rmsnorm", Map.of(NORM, "RMSNorm"),
        "layernorm", Map.of(NORM, "LayerNorm"),
        "layernorm1p", Map.of(NORM, "LayerNorm", CENTERED, "true"));
  }

  /** Switches of other computations, and the values with which a model is one of NeMo 1's. */
  private static ConfigKey[] others() {
    return new ConfigKey[] {
      only("qk_layernorm", "false", "null"),
      only("qk_l2_norm", "false", "null"),
      only("qk_clip", "false", "null"),
      only("attention_output_gate", "false", "null"),
      only("multi_latent_attention", "false", "null"),
      only("softmax_type", "vanilla", "null"),
      only("softmax_scale", "null"),
      only("experimental_attention_variant", "null"),
      only("linear_attention_freq", "null"),
      only("window_attn_skip_freq", "null"),
      only("no_rope_freq", "null"),
      only("mrope_section", "null"),
      only("mtp_num_layers", "null", "0"),
      only("glu_linear_offset", "0.0", "null"),
      only("activation_func_clamp_value", "null"),
      only("apply_residual_connection_post_layernorm", "false", "null"),
      only("heterogeneous_block_specs", "false", "null"),
      only("heterogeneous_layers_config_path", "null"),
      only("heterogeneous_layers_config_encoded_json", "null"),
      only("is_hybrid_model", "false", "null"),
      only("hybrid_layer_pattern", "null"),
      only("hybrid_override_pattern", "null"),
      only("use_mup", "false", "null")
    };
  }

  /** Llama 3.1's scaling, of which a factor alone can be chosen. */
  static Dialect scaled(Dialect dialect, String flag) {
    return dialect.with(
        same("scale_positional_embedding", flag),
        same("scale_factor", "rope_scaling_factor").orElse("8.0"),
        means("low_freq_factor", "1.0"),
        means("high_freq_factor", "4.0"),
        means("old_context_len", "8192"));
  }

  /** Experts as Mixtral has them: as wide as the MLP, chosen by softmax, in every layer. */
  static Dialect experts(Dialect dialect, String count, DialectDocument document) {
    String width = document.text("ffn_hidden_size").orElse("null");
    return dialect.with(
        same("num_moe_experts", count),
        same("moe_router_topk", "moe_router_topk").orElse("2"),
        words("moe_router_pre_softmax", "moe_router_pre_softmax", IF_TRUE),
        same("moe_aux_loss_coeff", "moe_aux_loss_coeff"),
        only("moe_ffn_hidden_size", "null", width),
        only("moe_layer_freq", "1", "null"),
        only("moe_latent_size", "null"),
        only("moe_router_score_function", "softmax", "null"),
        only("moe_router_topk_scaling_factor", "null"),
        only("moe_router_num_groups", "null"),
        only("moe_router_group_topk", "null"),
        only("moe_router_enable_expert_bias", "false", "null"),
        only("moe_shared_expert_intermediate_size", "null"),
        only("moe_shared_expert_gate", "false", "null"),
        only("moe_apply_probs_on_input", "false", "null"),
        only("moe_mlp_glu_interleave_size", "null"));
  }
}
