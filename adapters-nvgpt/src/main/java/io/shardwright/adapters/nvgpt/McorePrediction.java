package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.Condition;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.WeightLayout;
import java.util.List;
import java.util.stream.Stream;

/**
 * Layers that predict further tokens, each with a whole layer of the decoder's kind, on the last
 * stage (Megatron-Core 0.19, {@code megatron/core/transformer/multi_token_prediction.py}).
 * Distributed checkpoints have the inner layer under the name that it had up to 0.16.
 */
final class McorePrediction {
  private static final String COUNT = "mtp_num_layers";
  private static final String PREFIX = "mtp.layers.";
  private static final String LAYER = PREFIX + "*.";
  private static final String INNER = LAYER + "transformer_layer.";
  private static final String INNER_IN_RANKS = LAYER + "mtp_model_layer.";

  /** The stacks of a model; a row is of this one by its canonical name. */
  static final List<LayerStack> STACKS =
      List.of(LayerStack.DECODER, LayerStack.of("mtp", COUNT, PREFIX).on(LayerStack.Stages.LAST));

  private McorePrediction() {}

  static ParameterTable rows() {
    var before =
        ParameterTable.of(
            vector(LAYER + "enorm.weight").extraState(STORED),
            vector(LAYER + "hnorm.weight").extraState(STORED),
            column(LAYER + "eh_proj.weight").sized(HIDDEN, "2 * " + HIDDEN).extraState(STORED));
    var after = ParameterTable.of(vector(LAYER + "final_layernorm.weight").extraState(STORED));
    var all = before.and(stored()).and(inRanks()).and(after).rules().stream();
    return new ParameterTable(all.map(rule -> rule.onLayers(LayerSet.first(COUNT))).toList())
        .unless(COUNT, "null", "0");
  }

  private static ParameterTable stored() {
    return new ParameterTable(
        layer(INNER)
            .filter(rule -> rule.traits().layout().filter(WeightLayout.RANKS::equals).isEmpty())
            .map(rule -> rule.layout(WeightLayout.DISTRIBUTED))
            .toList());
  }

  private static ParameterTable inRanks() {
    return new ParameterTable(
        layer(INNER_IN_RANKS)
            .filter(
                rule -> rule.traits().layout().filter(WeightLayout.DISTRIBUTED::equals).isEmpty())
            .map(rule -> rule.of(rule.canonical().replace(INNER_IN_RANKS, INNER)))
            .map(rule -> rule.layout(WeightLayout.RANKS))
            .toList());
  }

  /** Such a layer has full attention, and experts if others have. */
  private static Stream<ParameterRule> layer(String prefix) {
    return McoreGptTable.layer(prefix)
        .given(McoreGptTable.NAME, McoreGptTable.LLAMA_LIKE)
        .rules()
        .stream()
        .filter(rule -> !rule.layers().inverted())
        .filter(rule -> rule.conditions().stream().noneMatch(McorePrediction::isOlmoe));
  }

  /** It has no such layers. */
  private static boolean isOlmoe(Condition condition) {
    return condition.key().equals(McoreAttention.SPECIFICATION) && !condition.negated();
  }
}
