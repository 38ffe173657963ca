package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * Rows of attention in transformers' Qwen3-Next (5.24.0, {@code modeling_qwen3_next.py}): gated
 * delta nets, and in other layers queries with a gate each.
 */
final class DeltaNetRows {
  private static final String HEADS = "num_attention_heads";
  private static final String KEY_HEADS = "linear_num_key_heads";
  private static final String VALUE_HEADS = "linear_num_value_heads";
  private static final String KEYS = KEY_HEADS + " * linear_key_head_dim";
  private static final String VALUES = VALUE_HEADS + " * linear_value_head_dim";

  private static final LayerSet FULL = LayerSet.where("linear_attention_freq", -1, "0", "null");
  private static final LayerRows LAYER = LayerRows.DECODER;
  private static final String OWN = LAYER.own() + "linear_attn.";
  private static final String CORE = LAYER.core() + "self_attention.";

  private DeltaNetRows() {}

  static ParameterTable rows() {
    return on(FULL, full(LAYER)).and(on(FULL.others(), linear()));
  }

  private static ParameterTable on(LayerSet layers, ParameterTable rows) {
    return new ParameterTable(rows.rules().stream().map(row -> row.onLayers(layers)).toList());
  }

  /** Attention to all tokens, with a gate for each query. */
  static ParameterTable full(LayerRows layer) {
    String own = layer.own() + "self_attn.";
    String core = layer.core() + "self_attention.";
    return ParameterTable.of(
            replicated(layer.own() + "input_layernorm.weight")
                .of(core + "linear_qkv.layer_norm_weight"),
            row(own + "o_proj.weight").of(core + "linear_proj.weight").cutBetween(HEADS),
            fused(own + "q_proj.weight", core).alternating(HEADS).part(0, 0, 2),
            fused(own + "k_proj.weight", core).part(0, 2, 3),
            fused(own + "v_proj.weight", core).part(0, 3, 4))
        .and(layer.queryNorms());
  }

  /** A part of all queries, their gates, keys and values, each as heads follow. */
  private static ParameterRule fused(String name, String core) {
    String queries = HEADS + " * (" + Size.HEAD + ")";
    String keys = "(num_query_groups | " + HEADS + ") * (" + Size.HEAD + ")";
    return column(name).of(core + "linear_qkv.weight").segments(queries, queries, keys, keys);
  }

  /** Each key head has its query, key, values and gates together; so have decays. */
  private static ParameterTable linear() {
    return ParameterTable.of(
        replicated(LAYER.own() + "input_layernorm.weight").of(CORE + "in_proj.layer_norm_weight"),
        input("in_proj_qkvz").part(0, 0, 4),
        input("in_proj_ba").part(0, 4, 6),
        column(OWN + "conv1d.weight").of(CORE + "conv1d.weight").segments(KEYS, KEYS, VALUES),
        column(OWN + "A_log").of(CORE + "A_log"),
        column(OWN + "dt_bias").of(CORE + "dt_bias"),
        replicated(OWN + "norm.weight").of(CORE + "out_norm.weight").less(-1),
        row(OWN + "out_proj.weight").of(CORE + "out_proj.weight"));
  }

  /** The one layer that predicts a further token; what stands around it has no number. */
  static ParameterTable ahead() {
    String core = "mtp.layers.*.";
    var inner = new LayerRows(core, core + "transformer_layer.", false);
    return ParameterTable.of(
            replicated("mtp.pre_fc_norm_embedding.weight").of(core + "enorm.weight"),
            replicated("mtp.pre_fc_norm_hidden.weight").of(core + "hnorm.weight"),
            column("mtp.fc.weight").of(core + "eh_proj.weight"),
            replicated("mtp.norm.weight").of(core + "final_layernorm.weight"))
        .and(full(inner))
        .and(inner.experts())
        .and(inner.shared("shared_expert"))
        .and(inner.sharedGate())
        .when(PredictionRows.COUNT, "1");
  }

  private static ParameterRule input(String module) {
    return column(OWN + module + ".weight")
        .of(CORE + "in_proj.weight")
        .segments(KEYS, KEYS, VALUES, VALUES, VALUE_HEADS, VALUE_HEADS)
        .alternating(KEY_HEADS);
  }
}
