package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.config.Codec;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The configuration of gpt-oss: biases everywhere, a sink for each head, experts whose gate is
 * {@code x sigmoid(1.702 x)}, layers that attend to a window in turn with others, positions scaled
 * by YaRN (transformers 5.24, {@code modeling_gpt_oss.py}).
 */
final class HuggingFaceGptOss {
  private HuggingFaceGptOss() {}

  static Dialect keys() {
    return DecoderKeys.of("131072", "rms_norm_eps", "1e-05", "false")
        .with(layers())
        .with(experts())
        .with(positions());
  }

  private static ConfigKey[] layers() {
    return new ConfigKey[] {
      means("normalization", "rmsnorm"),
      means("bias", "true"),
      means("softmax_type", "learnable"),
      only("attention_bias", "true"),
      TransformersKeys.WINDOW.orElse("128"),
      TransformersKeys.WINDOWED_LAYERS.orElse("2")
    };
  }

  private static ConfigKey[] experts() {
    return new ConfigKey[] {
      of(
          "moe_ffn_hidden_size",
          new Codec.Usual("ffn_hidden_size", Codec.Side.CANONICAL),
          "intermediate_size"),
      same(McoreGptTable.EXPERTS, "num_local_experts", "num_experts").orElse("128"),
      same("moe_router_topk", "num_experts_per_tok", "experts_per_token").orElse("4"),
      same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.001"),
      means("moe_router_pre_softmax", "false"),
      means("activation", McoreGptTable.QUICK_GATED),
      same("activation_func_clamp_value", "swiglu_limit").orElse("7.0"),
      means("glu_linear_offset", "1.0"),
      only("hidden_act", "silu"),
      unsaid("swiglu_alpha", "1.702")
    };
  }

  private static ConfigKey[] positions() {
    var rows = new ArrayList<ConfigKey>();
    rows.add(TransformersKeys.ROTARY_BASE.orElse("150000.0"));
    rows.add(means("seq_len_interpolation_factor", "null"));
    rows.add(
        words("position_embedding_type", "", Map.of("yarn", "yarn"))
            .from(places("rope_type", "type"))
            .orElse("default"));
    var length = new ArrayList<>(places("original_max_position_embeddings"));
    length.add("initial_context_length");
    rows.add(same("yarn_rotary_scaling_factor").from(places("factor")));
    rows.add(same("yarn_original_max_position_embeddings").from(length));
    rows.add(same("yarn_beta_fast").from(places("beta_fast")).orElse("32.0"));
    rows.add(same("yarn_beta_slow").from(places("beta_slow")).orElse("1.0"));
    rows.add(same("yarn_correction_range_round_to_int").from(places("truncate")).orElse("true"));
    for (String other : List.of("attention_factor", "mscale", "mscale_all_dim")) {
      rows.add(unsaid("", "null").from(places(other)));
    }
    return rows.toArray(ConfigKey[]::new);
  }

  /** A part of what says how positions are scaled, in the places where transformers has had it. */
  private static List<String> places(String... keys) {
    return Stream.of("rope_scaling.", "rope_parameters.")
        .flatMap(place -> Stream.of(keys).map(place::concat))
        .toList();
  }
}
