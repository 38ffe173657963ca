package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.BIAS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.FALCON;
import static io.shardwright.adapters.nvgpt.McoreGptTable.NAME;
import static io.shardwright.adapters.nvgpt.McoreGptTable.NORMALIZATION;
import static io.shardwright.adapters.nvgpt.McoreGptTable.PARALLEL;
import static io.shardwright.adapters.nvgpt.McoreGptTable.RMS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.TWO_NORMS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.WeightLayout;

/**
 * Norms before a part of a layer. Transformer Engine has them in the linear layer behind them;
 * Megatron-Core's own layers and some specifications have modules of their own.
 */
final class McoreNorms {
  /** Megatron's word for which layers it is built of. */
  private static final String IMPLEMENTATION = "transformer_impl";

  private static final String LOCAL = "local";
  private static final String INPUT = "input_layernorm.";
  private static final String BEFORE_MLP = "pre_mlp_layernorm.";
  private static final String LATER = "post_self_attn_layernorm.";
  private static final String QKV = "self_attention.linear_qkv.layer_norm_";
  private static final String FC1 = "mlp.linear_fc1.layer_norm_";

  private McoreNorms() {}

  /** Those that stand before all else of a layer. */
  static ParameterTable rows(String layer) {
    return falcon(layer)
        .and(
            ParameterTable.of(vector(layer + INPUT + "weight").extraState(STORED))
                .when(McoreLatentAttention.KEY, "true"));
  }

  /**
   * Falcon's norms are modules of their own (NeMo v1.23.0, {@code
   * nemo/collections/nlp/models/language_modeling/megatron/falcon/falcon_spec.py}).
   */
  private static ParameterTable falcon(String layer) {
    return pair(layer + INPUT)
        .and(pair(layer + BEFORE_MLP).when(TWO_NORMS, "true"))
        .and(pair(layer + LATER).unless(TWO_NORMS, "true").when(PARALLEL, "false"))
        .when(NAME, FALCON);
  }

  private static ParameterTable pair(String module) {
    return ParameterTable.of(vector(module + "weight"), vector(module + BIAS).noDecay());
  }

  /** That before attention, in the linear layer of queries, keys and values. */
  static ParameterTable beforeAttention(String layer) {
    return fused(layer, QKV);
  }

  /** The same as a module of its own, which is registered before all of attention. */
  static ParameterTable apartBeforeAttention(String layer) {
    return apart(layer, QKV, INPUT);
  }

  /** That before an MLP, in its first linear layer or a module of its own. */
  static ParameterTable beforeMlp(String layer) {
    return fused(layer, FC1).and(apart(layer, FC1, BEFORE_MLP));
  }

  /**
   * That before experts, a module of its own. Megatron-Core's own layers store it under the name
   * that it has before an MLP, which is read too.
   */
  static ParameterTable beforeExperts(String layer) {
    return ParameterTable.of(
        vector(layer + BEFORE_MLP + "weight").extraState(STORED),
        vector(layer + BEFORE_MLP + BIAS).noDecay().unless(NORMALIZATION, RMS));
  }

  /** Layers of Megatron-Core's own have it apart in rank files, and store it as if they had not. */
  private static ParameterTable fused(String layer, String own) {
    var rows = norm(layer, own);
    return rows.unless(IMPLEMENTATION, LOCAL)
        .and(in(WeightLayout.DISTRIBUTED, rows))
        .unless(NAME, FALCON);
  }

  private static ParameterTable apart(String layer, String own, String apart) {
    return in(WeightLayout.RANKS, apart(norm(layer, own), own, apart)).unless(NAME, FALCON);
  }

  private static ParameterTable norm(String layer, String own) {
    return ParameterTable.of(
        vector(layer + own + "weight"), vector(layer + own + BIAS).unless(NORMALIZATION, RMS));
  }

  private static ParameterTable in(WeightLayout layout, ParameterTable rows) {
    return new ParameterTable(rows.rules().stream().map(rule -> rule.layout(layout)).toList())
        .when(IMPLEMENTATION, LOCAL);
  }

  private static ParameterTable apart(ParameterTable rows, String own, String apart) {
    return new ParameterTable(
        rows.rules().stream()
            .map(rule -> named(rule, rule.pattern().replace(own, apart)))
            .toList());
  }

  private static ParameterRule named(ParameterRule rule, String pattern) {
    var norm = vector(pattern).of(rule.canonical()).given(rule.conditions());
    return pattern.endsWith(BIAS) ? norm.noDecay() : norm;
  }
}
