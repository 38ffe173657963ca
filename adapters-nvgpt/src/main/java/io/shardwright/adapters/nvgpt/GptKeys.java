package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.KeyRule.becomes;
import static io.shardwright.spi.KeyRule.kept;
import static io.shardwright.spi.KeyRule.refused;
import static io.shardwright.spi.KeyRule.unreadable;
import static io.shardwright.spi.Naming.HUGGING_FACE;
import static io.shardwright.spi.Naming.LEGACY;
import static io.shardwright.spi.Naming.MCORE;

import io.shardwright.spi.KeyRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the keys of a GPT's configuration mean in NeMo 1.23's two networks, its own and
 * Megatron-Core's (NeMo v1.23.0, {@code megatron_gpt_model.py}, {@code megatron_base_model.py},
 * {@code modules/common/megatron/{mlp,attention,transformer,language_model}.py}; Megatron-LM
 * core_v0.5.0, {@code megatron/core/transformer/mlp.py}). An absent truth value is the one that
 * {@code cfg.get} is given there.
 */
final class GptKeys {
  private static final String ACTIVATION = "activation";
  private static final String FUSED = "bias_activation_fusion";
  private static final String POSITIONS = "position_embedding_type";
  private static final String[] TRUE_OR_ABSENT = {"true", "null"};
  private static final String[] LEARNED = {"null", "learned_absolute"};
  private static final String IGNORED =
      "NeMo 1.23 uses it in legacy naming and ignores it in mcore naming";
  private static final String MCORE_ALONE = "NeMo supports it in mcore naming only";

  /** Llama 4's experts alone have their shares applied to what they are given. */
  private static final String SCALED_INPUT = "moe_apply_probs_on_input";

  private GptKeys() {}

  /**
   * What NeMo 1.23 takes for keys that are absent ({@code megatron_gpt_model.py} and {@code
   * megatron_base_model.py}).
   *
   * @return keys and plain values
   */
  static Map<String, String> defaults() {
    return Map.ofEntries(
        Map.entry("share_embeddings_and_output_weights", "true"),
        Map.entry("bias", "true"),
        Map.entry(ACTIVATION, "gelu"),
        Map.entry(FUSED, "true"),
        Map.entry("normalization", "layernorm"),
        Map.entry("layernorm_epsilon", "1.0e-05"),
        Map.entry(POSITIONS, "learned_absolute"),
        Map.entry("rotary_percentage", "1.0"),
        Map.entry("rotary_base", "10000"),
        Map.entry("encoder_seq_length", "512"),
        Map.entry("init_method_std", "0.02"),
        Map.entry("hidden_dropout", "0.1"),
        Map.entry("attention_dropout", "0.1"));
  }

  /**
   * Every rule, for GPT and for families that refine it.
   *
   * @return in the order in which refusals are listed
   */
  static List<KeyRule> rules() {
    return Stream.of(
            otherNetworks(),
            activations(),
            legacyAlone(),
            mcoreAlone(),
            classAlone(),
            changes(),
            Stream.of(GemmaNorms.inMegatron()),
            later())
        .flatMap(rules -> rules)
        .toList();
  }

  /** Legal in NeMo's own network; Megatron-Core's ignores all but the last two. */
  private static Stream<KeyRule> otherNetworks() {
    return Stream.of(
        unreadable(
                "transformer_block_type",
                "it normalizes the MLP's inner state over one rank's part, so that the model"
                    + " depends on the number of ranks")
            .from(LEGACY)
            .is("normformer"),
        unreadable("normalization", "models with this norm are not supported where bias is false")
            .from(LEGACY)
            .is("low_precision_layernorm")
            .when("bias", "false"),
        unreadable(
                "transformer_engine",
                "without mcore_gpt, Transformer Engine's layers have other names, which are not"
                    + " supported")
            .from(LEGACY)
            .is("true"));
  }

  /** With a fused bias GELU is tanh in both networks, whatever openai_gelu says. */
  private static Stream<KeyRule> activations() {
    var tanh =
        refused(
                "openai_gelu",
                "NeMo 1.23 computes GELU with tanh for it in legacy naming, and ignores it in mcore"
                    + " naming")
            .is("true");
    return Stream.of(
            tanh.unless(ACTIVATION, "gelu", "null"),
            tanh.when(ACTIVATION, "gelu", "null").unless(FUSED, TRUE_OR_ABSENT),
            refused(
                    FUSED,
                    "with it NeMo 1.23 computes a gated GELU with tanh in legacy naming, and fails"
                        + " in mcore naming")
                .is(TRUE_OR_ABSENT)
                .when(ACTIVATION, "geglu", "fast-geglu"),
            refused(
                    FUSED,
                    "with it NeMo 1.23 omits this activation in legacy naming, but not in mcore"
                        + " naming")
                .from(LEGACY)
                .is(TRUE_OR_ABSENT)
                .when(ACTIVATION, "fast-swiglu")
                .unless("bias", "false"))
        .map(rule -> rule.unless("apply_embedding_scaling", "true"));
  }

  private static Stream<KeyRule> legacyAlone() {
    return Stream.of(
        refused("normalize_attention_scores", IGNORED).is("false"),
        refused("onnx_safe", IGNORED)
            .is("true")
            .unless(ACTIVATION, "gelu", "null", "geglu", "fast-geglu"),
        refused(POSITIONS, IGNORED).is("alibi", "sandwich", "kerple", "xpos", "learned_parameters"),
        refused("normalization", IGNORED).is("low_precision_layernorm"),
        refused("headscale", IGNORED).to(LEGACY).is("true"),
        refused("headscale", IGNORED).from(LEGACY).is("true"),
        refused("transformer_block_type", IGNORED).to(LEGACY).is("post_ln", "normformer"),
        refused("transformer_block_type", IGNORED).from(LEGACY).is("post_ln"));
  }

  private static Stream<KeyRule> mcoreAlone() {
    return Stream.concat(
        Stream.of(
                refused("num_query_groups", MCORE_ALONE).isNot("null", "${num_attention_heads}"),
                refused("num_moe_experts", MCORE_ALONE).isNot("null"),
                refused("add_qkv_bias", MCORE_ALONE).is("true"),
                refused("window_size", MCORE_ALONE).isNot("null"),
                refused("name", MCORE_ALONE)
                    .is(
                        McoreGptTable.FALCON,
                        McoreGptTable.GEMMA2,
                        McoreGptTable.GEMMA3,
                        McoreGptTable.GLM4),
                refused("qk_layernorm", MCORE_ALONE).is("true"),
                refused("softmax_type", MCORE_ALONE).isNot("null", "vanilla"),
                refused("attention_output_gate", MCORE_ALONE).is("true"),
                refused("experimental_attention_variant", MCORE_ALONE).isNot("null"),
                refused(McoreLatentAttention.KEY, MCORE_ALONE).is("true"),
                refused("mtp_num_layers", MCORE_ALONE).isNot("null", "0"),
                refused("rotary_interleaved", MCORE_ALONE).is("true"),
                refused("apply_embedding_scaling", MCORE_ALONE).is("true"),
                refused("scale_positional_embedding", MCORE_ALONE).is("true"))
            .map(rule -> rule.to(LEGACY)),
        Stream.of(
            refused("rotary_interleaved", "no Hugging Face class of this family has such positions")
                .to(HUGGING_FACE)
                .is("true")
                .unless(McoreGptTable.NAME, McoreGptTable.GLM4)
                .unless(SCALED_INPUT, "true")));
  }

  /** What one of transformers' classes computes, and no network of NeMo's or Megatron's. */
  private static Stream<KeyRule> classAlone() {
    return Stream.of(
            refused(
                    McoreGptTable.NAME,
                    "Megatron-Core has no layers that normalize only the outputs of attention and"
                        + " MLP, and the queries and keys of all heads together")
                .is(McoreGptTable.OLMO2),
            refused(
                    SCALED_INPUT,
                    "Megatron-Core has no attention in chunks and none whose temperature depends on"
                        + " the position, as Llama 4 has")
                .is("true"),
            refused(
                    McoreGptTable.NAME,
                    "Megatron-Core has no layers that add attention and MLP to the same input"
                        + " (use_parallel_residual)")
                .is(McoreGptTable.NEOX_PARALLEL),
            refused(
                    FUSED,
                    "Megatron-Core computes GELU with tanh only where linear layers have biases")
                .is("true")
                .when(ACTIVATION, "gelu")
                .when("bias", "false"))
        .map(rule -> rule.from(HUGGING_FACE).to(MCORE, LEGACY));
  }

  /** What Megatron-Core 0.5, which NeMo 1.23 runs on, has no layers for. */
  private static Stream<KeyRule> later() {
    return Stream.of(
        later("qk_layernorm").is("true"),
        later("softmax_type").isNot("null", "vanilla"),
        later("attention_output_gate").is("true"),
        later("experimental_attention_variant").isNot("null"),
        later(McoreLatentAttention.KEY).is("true"),
        later("mtp_num_layers").isNot("null", "0"),
        later("rotary_interleaved").is("true"),
        later("window_attn_skip_freq").isNot("null"),
        later("moe_layer_freq").isNot("null", "1", "[]"),
        later("moe_shared_expert_intermediate_size").isNot("null"),
        later("moe_router_enable_expert_bias").is("true"),
        later("moe_router_score_function").isNot("null", "softmax"),
        later(McoreGptTable.NAME)
            .is(McoreGptTable.GEMMA2, McoreGptTable.GEMMA3, McoreGptTable.GLM4),
        later("apply_embedding_scaling").is("true"));
  }

  private static KeyRule later(String key) {
    return kept(key, "not in NeMo 1.23");
  }

  /** Where the two networks read a fact from different keys, or one of them refuses a value. */
  private static Stream<KeyRule> changes() {
    return Stream.of(
        becomes("encoder_seq_length", "${max_position_embeddings}")
            .from(LEGACY)
            .to(MCORE)
            .when(POSITIONS, LEARNED),
        becomes("max_position_embeddings", "${encoder_seq_length}")
            .from(MCORE)
            .to(LEGACY)
            .when(POSITIONS, LEARNED),
        becomes(FUSED, "false").to(LEGACY).is(TRUE_OR_ABSENT).when("bias", "false"),
        becomes(FUSED, "false")
            .to(LEGACY)
            .is(TRUE_OR_ABSENT)
            .unless("bias", "false")
            .unless(ACTIVATION, "gelu", "null", "geglu", "fast-geglu"),
        becomes("bias_dropout_add_fusion", "false")
            .to(LEGACY)
            .is(TRUE_OR_ABSENT)
            .when("bias", "false"));
  }
}
