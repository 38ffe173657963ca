package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.BIAS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.EXPERTS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.FFN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.GATED;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.NAME;
import static io.shardwright.adapters.nvgpt.McoreGptTable.SANDWICHED;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/** The MLP of a layer without experts (Megatron-Core, {@code megatron/core/transformer/mlp.py}). */
final class McoreMlp {
  private static final String ACTIVATION = "activation";

  private McoreMlp() {}

  /** In every layer of a model without experts, else in those that have none. */
  static ParameterTable rows(String layer) {
    var rows =
        McoreNorms.beforeMlp(layer)
            .and(up(layer + "mlp.linear_fc1."))
            .and(down(layer + "mlp.linear_fc2."));
    var dense = rows.rules().stream().map(rule -> rule.onLayers(McoreExperts.LAYERS.others()));
    return rows.when(EXPERTS, "null")
        .and(new ParameterTable(dense.toList()).unless(EXPERTS, "null"));
  }

  private static ParameterTable up(String module) {
    var bias =
        ParameterTable.of(gated(column(module + BIAS, 2).sized(FFN).rankOrdered().noDecay()));
    return ParameterTable.of(
            plain(column(module + "weight").sized(FFN, HIDDEN).extraState(STORED)),
            gated(column(module + "weight", 2).sized(FFN, HIDDEN).extraState(STORED)))
        .and(
            ParameterTable.of(plain(column(module + BIAS).sized(FFN).noDecay()))
                .and(bias)
                .unless(BIAS, "false"));
  }

  private static ParameterTable down(String module) {
    return ParameterTable.of(
        row(module + "weight").sized(HIDDEN, FFN).extraState(STORED),
        vector(module + BIAS).noDecay().unless(BIAS, "false"),
        vector(module + "post_layernorm.weight").extraState(STORED).when(NAME, SANDWICHED));
  }

  /** In a model whose activation has a gate. */
  static ParameterRule gated(ParameterRule rule) {
    return rule.when(ACTIVATION, GATED);
  }

  /** In a model whose activation has none. */
  static ParameterRule plain(ParameterRule rule) {
    return rule.unless(ACTIVATION, GATED);
  }
}
