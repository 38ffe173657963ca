package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.BIAS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HEADS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.NAME;
import static io.shardwright.adapters.nvgpt.McoreGptTable.NORMALIZATION;
import static io.shardwright.adapters.nvgpt.McoreGptTable.RMS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.SANDWICHED;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * Attention with a query, key and value for each head or group (Megatron-Core, {@code
 * megatron/core/transformer/attention.py}).
 */
public final class McoreAttention {
  public static final String Q_NORM = McoreGptTable.LAYER + "self_attention.q_layernorm.weight";
  public static final String K_NORM = McoreGptTable.LAYER + "self_attention.k_layernorm.weight";

  /** The layers that have it: every n-th, or those that a list marks with 0; else all. */
  static final LayerSet FULL = LayerSet.where("linear_attention_freq", -1, "0", "null");

  private static final String GROUPS = "num_query_groups";
  private static final String GATE = "attention_output_gate";

  /** Megatron-Bridge's word for what layers are built of. */
  public static final String SPECIFICATION = "transformer_layer_spec";

  /** Norms of queries and of keys are of all heads at once. */
  public static final String OLMOE = "megatron.bridge.models.olmoe.olmoe_provider.olmoe_layer_spec";

  private McoreAttention() {}

  static ParameterTable rows(String layer) {
    String attention = layer + "self_attention.";
    var rows =
        McoreNorms.apartBeforeAttention(layer)
            .and(sinks(attention))
            .and(projection(attention + "linear_proj."))
            .and(McoreNorms.beforeAttention(layer))
            .and(fused(attention + "linear_qkv."))
            .and(norms(attention));
    return new ParameterTable(rows.rules().stream().map(rule -> rule.onLayers(FULL)).toList())
        .unless(McoreLatentAttention.KEY, "true");
  }

  /** A logit for each head that no token has (Megatron-Core 0.19, {@code softmax_type}). */
  private static ParameterTable sinks(String attention) {
    return ParameterTable.of(
        column(attention + "core_attention.softmax_offset")
            .sized(HEADS)
            .extraState(STORED)
            .when("softmax_type", "learnable"));
  }

  private static ParameterTable projection(String module) {
    return ParameterTable.of(
        row(module + "weight").cutBetween(HEADS).sized(HIDDEN, Size.HEAD).extraState(STORED),
        vector(module + BIAS).noDecay().unless(BIAS, "false"),
        vector(module + "post_layernorm.weight").extraState(STORED).when(NAME, SANDWICHED));
  }

  private static ParameterTable fused(String module) {
    var weight = column(module + "weight").extraState(STORED);
    var bias = column(module + BIAS).noDecay();
    return ParameterTable.of(
            weight.groupedQkv().sized(Size.HEAD, HIDDEN),
            bias.groupedQkv().unless(BIAS, "false"),
            bias.groupedQkv().when(BIAS, "false").when("add_qkv_bias", "true"))
        .unless(GATE, "true")
        .and(
            ParameterTable.of(
                    gated(weight).sized(Size.REST, HIDDEN),
                    gated(bias).unless(BIAS, "false"),
                    gated(bias).when(BIAS, "false").when("add_qkv_bias", "true"))
                .when(GATE, "true"));
  }

  /** In each group all queries, then a gate for each of them, then key and value. */
  private static ParameterRule gated(ParameterRule rule) {
    String queries = HEADS + " * (" + Size.HEAD + ")";
    String keys = "(" + GROUPS + " | " + HEADS + ") * (" + Size.HEAD + ")";
    return rule.segments(queries, queries, keys, keys).alternating(GROUPS);
  }

  /** One for all heads; in a layer of Megatron-Bridge's for OLMoE each has its own part. */
  private static ParameterTable norms(String attention) {
    String keys = "(" + GROUPS + " | " + HEADS + ")";
    return norm(attention + "q_layernorm.", HEADS)
        .and(norm(attention + "k_layernorm.", keys))
        .when("qk_layernorm", "true");
  }

  private static ParameterTable norm(String module, String heads) {
    String all = heads + " * (" + Size.HEAD + ")";
    return ParameterTable.of(
        replicated(module + "weight")
            .sized(Size.HEAD)
            .extraState(STORED)
            .unless(SPECIFICATION, OLMOE),
        replicated(module + BIAS)
            .sized(Size.HEAD)
            .noDecay()
            .unless(NORMALIZATION, RMS)
            .unless(SPECIFICATION, OLMOE),
        replicated(module + "weight").sized(all).extraState(STORED).when(SPECIFICATION, OLMOE));
  }
}
