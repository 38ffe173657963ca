package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.config.ConfigKey.flag;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Codec.LayerKinds;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Special;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.TransformersKeys;
import java.util.List;

/**
 * Llama 4 without images (transformers 5.24.0, {@code modeling_llama4.py}): attention in chunks,
 * layers without positions, experts that scale what they are given. It is read and compared; no
 * Megatron-Core computes it.
 */
final class HuggingFaceLlama4 {
  private static final String OWN = "model.layers.*.feed_forward.";
  private static final String CORE = "decoder.layers.*.mlp.";
  private static final LayerSet WITH = LayerSet.where("moe_layer_freq", 0, "1", "null");

  private HuggingFaceLlama4() {}

  static HuggingFaceModel model() {
    var keys =
        ExpertKeys.decoder("131072", "1e-05")
            .with(experts())
            .with(ExpertKeys.plain())
            .with(positions())
            .with(attention())
            .ignoring("router_jitter_noise");
    return HuggingFaceLlama.decoder(
            "llama4_text",
            "Llama4ForCausalLM",
            keys,
            HuggingFaceExperts.rows(LayerRows.DECODER.attention(), dense(), withExperts()),
            new Condition("moe_apply_probs_on_input", List.of("true"), false))
        .build();
  }

  private static ConfigKey[] experts() {
    return new ConfigKey[] {
      same("ffn_hidden_size", "intermediate_size_mlp").orElse("16384"),
      ExpertKeys.width("intermediate_size").orElse("8192"),
      of(ExpertKeys.SHARED, new Usual(ExpertKeys.WIDTH + " | ffn_hidden_size", Side.DIALECT)),
      same(LayerRows.EXPERTS, "num_local_experts", "num_experts").orElse("16"),
      same("moe_router_topk", "num_experts_per_tok").orElse("1"),
      same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.001"),
      of("moe_layer_freq", Special.EXPERT_LAYERS, "moe_layers", "interleave_moe_layer_step"),
      means("moe_router_score_function", "sigmoid"),
      means("moe_apply_probs_on_input", "true")
    };
  }

  private static ConfigKey[] positions() {
    return new ConfigKey[] {
      TransformersKeys.ROTARY_BASE.orElse("500000.0"),
      means("rotary_interleaved", "true"),
      of("no_rope_freq", new LayerKinds("0", "1", true), "no_rope_layers").orElse("4"),
      only("no_rope_layer_interval", "4").readAlone()
    };
  }

  private static ConfigKey[] attention() {
    return new ConfigKey[] {
      headSize("head_dim").orElse("128"),
      flag("qk_l2_norm", "use_qk_norm").orElse("true"),
      same("attention_chunk_size", "attention_chunk_size"),
      of(
              "attention_chunk_skip_freq",
              new LayerKinds("full_attention", "chunked_attention"),
              "layer_types")
          .orElse("4"),
      same("attn_temperature_tuning", "attn_temperature_tuning").orElse("true"),
      same("floor_scale", "floor_scale").orElse("8192"),
      same("attn_scale", "attn_scale").orElse("0.1"),
      means("add_qkv_bias", "null", "false"),
      means("qkv_bias", "null", "false"),
      only("attention_bias", "false")
    };
  }

  private static ParameterTable dense() {
    String up = CORE + "linear_fc1.weight";
    return on(
        WITH.others(),
        ParameterTable.of(
            replicated("model.layers.*.post_attention_layernorm.weight")
                .of(CORE + "linear_fc1.layer_norm_weight"),
            column(OWN + "gate_proj.weight", 2).of(up).part(0, 0, 1),
            column(OWN + "up_proj.weight", 2).of(up).part(0, 1, 2),
            row(OWN + "down_proj.weight").of(CORE + "linear_fc2.weight")));
  }

  /** The experts of a layer are one tensor, by input features. */
  private static ParameterTable withExperts() {
    String expert = CORE + "experts.local_experts.*.";
    String shared = CORE + "shared_experts.";
    return on(
        WITH,
        ParameterTable.of(
            replicated("model.layers.*.post_attention_layernorm.weight")
                .of("decoder.layers.*.pre_mlp_layernorm.weight"),
            replicated(OWN + "router.weight").of(CORE + "router.weight"),
            column(OWN + "experts.gate_up_proj", 2)
                .of(expert + "linear_fc1.weight")
                .perExpert(LayerRows.EXPERTS)
                .stored(new int[] {2}, new int[] {0, 1}),
            row(OWN + "experts.down_proj")
                .of(expert + "linear_fc2.weight")
                .perExpert(LayerRows.EXPERTS)
                .stored(new int[] {1}, new int[] {0}),
            column(OWN + "shared_expert.gate_proj.weight", 2)
                .of(shared + "linear_fc1.weight")
                .part(0, 0, 1),
            column(OWN + "shared_expert.up_proj.weight", 2)
                .of(shared + "linear_fc1.weight")
                .part(0, 1, 2),
            row(OWN + "shared_expert.down_proj.weight").of(shared + "linear_fc2.weight")));
  }

  private static ParameterTable on(LayerSet layers, ParameterTable rows) {
    return new ParameterTable(rows.rules().stream().map(rule -> rule.onLayers(layers)).toList());
  }
}
