package io.shardwright.adapters.llama;

import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.inverted;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;

import io.shardwright.adapters.nvgpt.DecoderKeys;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.Codec.LayerKinds;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.ConfigKey;
import java.util.List;

/** Qwen3-Next by its configuration class of transformers (5.24.0). */
final class HuggingFaceQwen3Next {
  private static final String VARIANT = "experimental_attention_variant";
  private static final String NET = "gated_delta_net";

  private HuggingFaceQwen3Next() {}

  static HuggingFaceModel model() {
    var layer = LayerRows.DECODER;
    var keys =
        ExpertKeys.decoder("32768", "1e-06")
            .with(ExpertKeys.sizes("10", "num_experts", "num_local_experts"))
            .with(ExpertKeys.softmax())
            .with(ExpertKeys.plain())
            .with(ExpertKeys.sparseStep())
            .with(attention())
            .with(nets())
            .with(
                inverted("moe_router_pre_softmax", "norm_topk_prob").orElse("true"),
                same(ExpertKeys.SHARED, "shared_expert_intermediate_size").orElse("512"),
                means("moe_shared_expert_gate", "true"),
                of(
                    PredictionRows.COUNT,
                    Special.PREDICTION,
                    "mtp_num_hidden_layers",
                    "#mtp.layers.*.input_layernorm.weight"),
                means("layernorm_zero_centered_gamma", "true"));
    return HuggingFaceExperts.model(
            "qwen3_next",
            "Qwen3NextForCausalLM",
            keys,
            is(VARIANT, NET),
            is("moe_shared_expert_gate", "true"),
            is("attention_output_gate", "true"),
            is("qk_layernorm", "true"),
            new Condition(LayerRows.EXPERTS, List.of("null"), true))
        .names(
            HuggingFaceExperts.rows(
                DeltaNetRows.rows(),
                layer.dense(),
                layer.experts(),
                layer.shared("shared_expert"),
                layer.sharedGate(),
                DeltaNetRows.ahead()))
        .build();
  }

  private static Condition is(String key, String value) {
    return new Condition(key, List.of(value), false);
  }

  private static ConfigKey[] attention() {
    return new ConfigKey[] {
      headSize("head_dim").orElse("256"),
      means("attention_output_gate", "true"),
      means("qk_layernorm", "true"),
      means("add_qkv_bias", "null", "false"),
      means("qkv_bias", "null", "false"),
      only("attention_bias", "false"),
      DecoderKeys.rotaryShare("0.25")
    };
  }

  private static ConfigKey[] nets() {
    return new ConfigKey[] {
      means(VARIANT, NET),
      of(
              "linear_attention_freq",
              new LayerKinds("full_attention", "linear_attention"),
              "layer_types",
              "full_attention_interval")
          .orElse("4"),
      same("linear_conv_kernel_dim", "linear_conv_kernel_dim").orElse("4"),
      same("linear_key_head_dim", "linear_key_head_dim").orElse("128"),
      same("linear_value_head_dim", "linear_value_head_dim").orElse("128"),
      same("linear_num_key_heads", "linear_num_key_heads").orElse("16"),
      same("linear_num_value_heads", "linear_num_value_heads").orElse("32")
    };
  }
}
