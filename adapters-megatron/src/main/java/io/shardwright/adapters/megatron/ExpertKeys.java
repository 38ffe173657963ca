package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.list;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.Codec.Known;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Megatron-Core's fields of experts, of latent attention, and of layers that predict further tokens
 * (core_v0.19.0, {@code TransformerConfig} and {@code MLATransformerConfig}).
 */
final class ExpertKeys {
  private static final String EXPERTS = "num_moe_experts";
  private static final String LATENT = "multi_latent_attention";
  private static final String AHEAD = "mtp_num_layers";

  /** Megatron-Bridge's class for latent attention. */
  private static final String LATENT_PROVIDER =
      "megatron.bridge.models.mla_provider.MLAModelProvider";

  private static final String SPEC = "transformer_layer_spec";
  private static final String OLMOE =
      "megatron.bridge.models.olmoe.olmoe_provider.olmoe_layer_spec";
  private static final String BLOCK =
      "megatron.core.models.gpt.gpt_layer_specs.get_gpt_decoder_block_spec";

  private ExpertKeys() {}

  /** The class that makes a model of a configuration; empty for one without latent attention. */
  static Optional<String> provider(ModelConfig config) {
    return Optional.of(LATENT_PROVIDER).filter(name -> config.flag(LATENT));
  }

  /**
   * What Megatron-Bridge 0.6.2 builds layers of: OLMoE's are of a function of its own, and where
   * some have experts and some not, another lists them.
   */
  static ConfigKey[] specification() {
    return new ConfigKey[] {
      of(SPEC, new Known(List.of(OLMOE)), SPEC + "._target_"),
      states(SPEC + "._call_", "false").when(SPEC, OLMOE),
      mixed(SPEC + "._target_", BLOCK),
      mixed(SPEC + "._partial_", "true"),
      mixed(SPEC + ".use_transformer_engine", "true"),
      states("moe_grouped_gemm", "true").unless(EXPERTS, "null")
    };
  }

  private static ConfigKey mixed(String key, String value) {
    return states(key, value)
        .when(SPEC, "null")
        .when(AttentionKeys.VARIANT, "null")
        .unless("moe_layer_freq", "null", "1", "[]");
  }

  /**
   * Experts.
   *
   * @param count what the document calls their number
   */
  static ConfigKey[] experts(String count) {
    return Stream.concat(
            Stream.of(same(EXPERTS, count).orElse("null")),
            Stream.of(layer(), router())
                .flatMap(Stream::of)
                .map(row -> row.unless(EXPERTS, "null")))
        .toArray(ConfigKey[]::new);
  }

  private static ConfigKey[] layer() {
    return new ConfigKey[] {
      of(
          "moe_ffn_hidden_size",
          new Usual("ffn_hidden_size", Side.CANONICAL),
          "moe_ffn_hidden_size"),
      list("moe_layer_freq", "moe_layer_freq").orElse("1"),
      same("moe_latent_size", "moe_latent_size").orElse("null"),
      same("moe_shared_expert_intermediate_size", "moe_shared_expert_intermediate_size")
          .orElse("null"),
      flag("moe_shared_expert_gate", "moe_shared_expert_gate"),
      only("moe_apply_probs_on_input", "false", "null"),
      only("moe_mlp_glu_interleave_size", "null")
    };
  }

  private static ConfigKey[] router() {
    return new ConfigKey[] {
      same("moe_router_topk", "moe_router_topk").orElse("2"),
      flag("moe_router_pre_softmax", "moe_router_pre_softmax"),
      same("moe_router_score_function", "moe_router_score_function").orElse("softmax"),
      same("moe_router_topk_scaling_factor", "moe_router_topk_scaling_factor").orElse("null"),
      same("moe_router_num_groups", "moe_router_num_groups").orElse("null"),
      same("moe_router_group_topk", "moe_router_group_topk").orElse("null"),
      flag("moe_router_enable_expert_bias", "moe_router_enable_expert_bias"),
      same("moe_router_dtype", "moe_router_dtype").orElse("null"),
      same("moe_aux_loss_coeff", "moe_aux_loss_coeff")
    };
  }

  /** Latent attention. */
  static ConfigKey[] latent() {
    return Stream.concat(
            Stream.of(flag(LATENT, LATENT)),
            Stream.of(
                    same("q_lora_rank", "q_lora_rank").orElse("null"),
                    same("kv_lora_rank", "kv_lora_rank").orElse("512"),
                    same("qk_head_dim", "qk_head_dim").orElse("128"),
                    same("qk_pos_emb_head_dim", "qk_pos_emb_head_dim").orElse("64"),
                    same("v_head_dim", "v_head_dim").orElse("128"),
                    same("rope_type", "rope_type").orElse("yarn"),
                    same("rotary_scaling_factor", "rotary_scaling_factor").orElse("40.0"),
                    same("original_max_position_embeddings", "original_max_position_embeddings")
                        .orElse("4096"),
                    same("beta_fast", "beta_fast").orElse("32.0"),
                    same("beta_slow", "beta_slow").orElse("1.0"),
                    same("mscale", "mscale").orElse("1.0"),
                    same("mscale_all_dim", "mscale_all_dim").orElse("0.0"))
                .map(row -> row.when(LATENT, "true")))
        .toArray(ConfigKey[]::new);
  }

  /** Layers that predict further tokens. */
  static ConfigKey[] ahead() {
    return new ConfigKey[] {
      same(AHEAD, AHEAD).orElse("null"),
      only("mtp_use_repeated_layer", "false", "null").unless(AHEAD, "null", "0")
    };
  }
}
