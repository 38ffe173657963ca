package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.list;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.config.ConfigKey;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Megatron-Core's fields of attention with sinks or an output gate, of layers that attend to a
 * window or are gated delta nets, of positions scaled by YaRN, and of the clamped gate of experts
 * (core_v0.19.0, {@code TransformerConfig}).
 */
final class AttentionKeys {
  static final String VARIANT = "experimental_attention_variant";
  private static final String POSITIONS = "position_embedding_type";
  private static final String ACTIVATION = "activation";

  private static final String BLOCK =
      "megatron.core.models.gpt.experimental_attention_variant_module_specs"
          + ".get_transformer_block_with_experimental_attention_variant_spec";

  /** The one whose gate is clamped, and whose other half has an offset. */
  private static final String QUICK = "quick-geglu";

  private AttentionKeys() {}

  static ConfigKey[] rows() {
    return Stream.concat(
            Stream.of(
                words("softmax_type", "softmax_type", softmax()).orElse("vanilla"),
                flag("attention_output_gate", "attention_output_gate"),
                list("window_attn_skip_freq", "window_attn_skip_freq").orElse("null"),
                words(VARIANT, VARIANT, Map.of("gated_delta_net", "gated_delta_net"))),
            Stream.of(
                    list("linear_attention_freq", "linear_attention_freq").orElse("null"),
                    same("linear_conv_kernel_dim", "linear_conv_kernel_dim").orElse("4"),
                    same("linear_key_head_dim", "linear_key_head_dim").orElse("128"),
                    same("linear_value_head_dim", "linear_value_head_dim").orElse("128"),
                    same("linear_num_key_heads", "linear_num_key_heads").orElse("16"),
                    same("linear_num_value_heads", "linear_num_value_heads").orElse("32"))
                .map(row -> row.unless(VARIANT, "null")))
        .toArray(ConfigKey[]::new);
  }

  private static Map<String, String> softmax() {
    return Map.of("vanilla", "null", "learnable", "learnable");
  }

  /**
   * What Megatron-Bridge builds layers of, of which some are gated delta nets, and stores apart.
   */
  static ConfigKey[] layers() {
    String layers = "transformer_layer_spec.";
    return Stream.of(
            states(layers + "_target_", BLOCK),
            states(layers + "_call_", "false"),
            states("hetereogenous_dist_checkpoint", "true"))
        .map(row -> row.unless(VARIANT, "null"))
        .toArray(ConfigKey[]::new);
  }

  /**
   * YaRN without latent attention; its concentration is {@code 0.1 ln(factor) + 1}.
   *
   * @param factor what the document calls it
   * @param scales what it calls the scales of the concentration, before the dimensions' and theirs
   */
  static ConfigKey[] yarn(String factor, String... scales) {
    String length = "yarn_original_max_position_embeddings";
    String rounded = "yarn_correction_range_round_to_int";
    return Stream.of(
            same("yarn_rotary_scaling_factor", factor),
            same(length, length).orElse("4096"),
            same("yarn_beta_fast", "yarn_beta_fast").orElse("32.0"),
            same("yarn_beta_slow", "yarn_beta_slow").orElse("1.0"),
            same(rounded, rounded).orElse("true"),
            only(scales[0], "1.0", "null"),
            only(scales[1], "0.0", "null"))
        .map(row -> row.when(POSITIONS, "yarn"))
        .toArray(ConfigKey[]::new);
  }

  /** What stands behind the activation's row. */
  static ConfigKey[] gates() {
    String limit = "activation_func_clamp_value";
    String offset = "glu_linear_offset";
    return new ConfigKey[] {
      same(limit, limit).orElse("null").when(ACTIVATION, QUICK),
      only(limit, "null").unless(ACTIVATION, QUICK),
      same(offset, offset).orElse("0.0").when(ACTIVATION, QUICK),
      only(offset, "0.0", "null").unless(ACTIVATION, QUICK)
    };
  }
}
