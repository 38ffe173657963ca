package io.shardwright.adapters.llama;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.adapters.nvgpt.DecoderKeys;
import io.shardwright.adapters.nvgpt.DecoderRows;
import io.shardwright.adapters.nvgpt.GptAdapter;
import io.shardwright.adapters.nvgpt.McoreAttention;
import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Dialect;
import java.util.List;
import java.util.stream.Stream;

/** Classes of decoders with experts, by transformers' configuration classes (5.24.0). */
final class HuggingFaceExperts {
  /** In the order in which they are tried for a configuration. */
  static final List<HuggingFaceModel> MODELS =
      List.of(
          HuggingFaceLlama4.model(),
          HuggingFaceQwen3Next.model(),
          deepseek3(),
          kimi("DeepseekV3ForCausalLM"),
          kimi("KimiK2ForCausalLM"),
          deepseek2(),
          glm(),
          olmoe(),
          qwen2(),
          qwen3());

  private static final String BIAS = "moe_router_enable_expert_bias";
  private static final String GROUPS = "moe_router_num_groups";
  private static final String LATENT = "multi_latent_attention";
  private static final String GATE = "moe_shared_expert_gate";

  private HuggingFaceExperts() {}

  static HuggingFaceModel.Builder model(
      String type, String architecture, Dialect keys, Condition... picks) {
    Dialect whole = DecoderKeys.plain(keys);
    return HuggingFaceModel.of(type, architecture)
        .restores(GptAdapter.MODEL)
        .namings(Naming.MCORE)
        .base(HuggingFaceModel.text(HuggingFaceExperts.class, "base.yaml"))
        .dialect(whole)
        .picks(Stream.concat(Stream.of(picks), DecoderKeys.parts(whole).stream()).toList());
  }

  static ParameterTable rows(ParameterTable... layer) {
    var all = ParameterTable.of(DecoderRows.words("model.embed_tokens.weight"));
    for (ParameterTable part : layer) {
      all = all.and(part);
    }
    return all.and(
        ParameterTable.of(DecoderRows.norm("model.norm.", "weight"), DecoderRows.head()));
  }

  private static Condition is(String key, String... values) {
    return new Condition(key, List.of(values), false);
  }

  private static Condition not(String key, String... values) {
    return new Condition(key, List.of(values), true);
  }

  private static HuggingFaceModel qwen3() {
    var layer = LayerRows.DECODER;
    var keys =
        ExpertKeys.decoder("32768", "1e-06")
            .with(ExpertKeys.sizes("8", "num_experts", "num_local_experts", "n_routed_experts"))
            .with(ExpertKeys.softmax())
            .with(ExpertKeys.plain())
            .with(ExpertKeys.unshared())
            .with(ExpertKeys.sparseStep())
            .with(means("qk_layernorm", "true"), only("attention_bias", "false"))
            .with(means("add_qkv_bias", "null", "false"), means("qkv_bias", "null", "false"));
    return model(
            "qwen3_moe",
            "Qwen3MoeForCausalLM",
            keys,
            not(LayerRows.EXPERTS, "null"),
            is("qk_layernorm", "true"),
            is(ExpertKeys.SHARED, "null"),
            not(BIAS, "true"),
            not(LATENT, "true"))
        .names(rows(layer.attention(), layer.queryNorms(), layer.dense(), layer.experts()))
        .build();
  }

  private static HuggingFaceModel qwen2() {
    var layer = LayerRows.DECODER;
    var keys =
        ExpertKeys.decoder("32768", "1e-06")
            .with(ExpertKeys.sizes("4", "num_experts", "num_local_experts"))
            .with(ExpertKeys.softmax())
            .with(ExpertKeys.plain())
            .with(ExpertKeys.sparseStep())
            .with(ExpertKeys.queryBiases("qkv_bias", "true"))
            .with(
                same(ExpertKeys.SHARED, "shared_expert_intermediate_size").orElse("5632"),
                means(GATE, "true"),
                means("qk_layernorm", "null", "false"));
    return model(
            "qwen2_moe",
            "Qwen2MoeForCausalLM",
            keys,
            not(LayerRows.EXPERTS, "null"),
            is(GATE, "true"),
            not(LATENT, "true"))
        .names(
            rows(
                layer.attention(),
                layer.dense(),
                layer.experts(),
                layer.shared("shared_expert"),
                layer.sharedGate()))
        .build();
  }

  /** Its norms of queries and keys are of all heads at once. */
  private static HuggingFaceModel olmoe() {
    var layer = LayerRows.DECODER;
    var keys =
        ExpertKeys.decoder("4096", "1e-05")
            .with(ExpertKeys.sizes("8", "num_experts", "num_local_experts"))
            .with(ExpertKeys.softmax())
            .with(ExpertKeys.plain())
            .with(ExpertKeys.unshared())
            .with(
                ExpertKeys.width("intermediate_size"),
                also("ffn_hidden_size", "intermediate_size"),
                headSize(),
                means("moe_layer_freq", "null", "1"),
                same("moe_aux_loss_coeff", "router_aux_loss_coef").orElse("0.01"),
                means("qk_layernorm", "true"),
                means(McoreAttention.SPECIFICATION, McoreAttention.OLMOE),
                means("add_qkv_bias", "null", "false"),
                means("qkv_bias", "null", "false"),
                only("attention_bias", "false"),
                only("clip_qkv", "null"));
    return model(
            "olmoe",
            "OlmoeForCausalLM",
            keys,
            not(LayerRows.EXPERTS, "null"),
            is(McoreAttention.SPECIFICATION, McoreAttention.OLMOE))
        .names(rows(layer.attention(), layer.queryNorms(), layer.experts()))
        .build();
  }

  private static HuggingFaceModel glm() {
    var layer = LayerRows.DECODER;
    var inner = PredictionRows.INNER;
    var keys =
        ExpertKeys.decoder("131072", "1e-05")
            .with(ExpertKeys.sizes("8", "n_routed_experts", "num_experts", "num_local_experts"))
            .with(ExpertKeys.sigmoid())
            .with(ExpertKeys.groups("1", "1", "1.0", "1"))
            .with(ExpertKeys.denseFirst("1", "1"))
            .with(ExpertKeys.queryBiases("attention_bias", "false"))
            .with(
                ExpertKeys.queryNorms("use_qk_norm", "false"),
                means(LATENT, "null", "false"),
                headSize("head_dim"),
                DecoderKeys.rotaryShare("0.5"));
    return model(
            "glm4_moe",
            "Glm4MoeForCausalLM",
            keys,
            not(LayerRows.EXPERTS, "null"),
            is(BIAS, "true"),
            not(LATENT, "true"))
        .names(
            rows(
                    layer.attention(),
                    layer.queryNorms(),
                    layer.dense(),
                    layer.experts(),
                    layer.scoreBias(),
                    layer.shared("shared_experts"))
                .and(
                    PredictionRows.of(
                        inner
                            .attention()
                            .and(inner.queryNorms())
                            .and(inner.experts())
                            .and(inner.scoreBias())
                            .and(inner.shared("shared_experts")))))
        .build();
  }

  private static Dialect latent(String positions, String topk) {
    return ExpertKeys.decoder(positions, "1e-06")
        .with(ExpertKeys.sizes(topk, "n_routed_experts", "num_local_experts", "num_experts"))
        .with(ExpertKeys.latent())
        .ignoring("qk_head_dim");
  }

  private static ParameterTable latentRows(boolean biased) {
    var layer = LayerRows.DECODER;
    var bias = biased ? layer.scoreBias() : ParameterTable.of();
    return rows(
        layer.latentAttention(),
        layer.dense(),
        layer.experts(),
        bias,
        layer.shared("shared_experts"));
  }

  private static HuggingFaceModel deepseek2() {
    var keys =
        latent("2048", "null")
            .with(ExpertKeys.softmax())
            .with(ExpertKeys.groups("null", "null", "1.0", "null"))
            .with(ExpertKeys.denseFirst("0", "2"))
            .with(means(LATENT, "true"), only("mlp_bias", "false"))
            .with(means("moe_router_pre_softmax", "true"), only("norm_topk_prob", "false"))
            .with(
                unsaid("topk_method", "greedy", "group_limited_greedy"),
                states("topk_method", "greedy").when(GROUPS, "null"),
                states("topk_method", "group_limited_greedy").unless(GROUPS, "null"));
    return model(
            "deepseek_v2",
            "DeepseekV2ForCausalLM",
            keys,
            is(LATENT, "true"),
            not(BIAS, "true"),
            not(LayerRows.EXPERTS, "null"))
        .names(latentRows(false))
        .build();
  }

  private static HuggingFaceModel.Builder deepseek3(
      String type, String architecture, Condition... picks) {
    var inner = PredictionRows.INNER;
    var keys =
        latent("4096", "8")
            .with(ExpertKeys.sigmoid())
            .with(ExpertKeys.groups("8", "4", "2.5", "1"))
            .with(ExpertKeys.denseFirst("3", "1"));
    return model(type, architecture, keys, picks)
        .names(
            latentRows(true)
                .and(
                    PredictionRows.of(
                        inner
                            .latentAttention()
                            .and(inner.experts())
                            .and(inner.scoreBias())
                            .and(inner.shared("shared_experts")))));
  }

  private static HuggingFaceModel deepseek3() {
    return deepseek3(
            "deepseek_v3",
            "DeepseekV3ForCausalLM",
            is(LATENT, "true"),
            is(BIAS, "true"),
            not(LayerRows.EXPERTS, "null"))
        .variant(List.of(not("model_type", "kimi_k2")))
        .build();
  }

  /** DeepSeek V3's layers under a word of its own for the kind of model; written on request. */
  private static HuggingFaceModel kimi(String architecture) {
    return deepseek3("kimi_k2", architecture, is(LayerRows.EXPERTS, "never"))
        .variant(List.of(is("model_type", "kimi_k2")))
        .build();
  }
}
