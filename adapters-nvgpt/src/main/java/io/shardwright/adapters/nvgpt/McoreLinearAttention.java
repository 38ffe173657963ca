package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.WeightLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Gated delta nets (Megatron-Core 0.19, {@code megatron/core/ssm/gated_delta_net.py}). Rank files
 * have one matrix where distributed checkpoints have a tensor for each of its segments.
 */
final class McoreLinearAttention {
  private static final String HEADS = "linear_num_value_heads";
  private static final String VALUE = "linear_value_head_dim";
  private static final String KEYS = "linear_num_key_heads * linear_key_head_dim";
  private static final String VALUES = HEADS + " * " + VALUE;
  private static final List<String> INPUTS = List.of("query", "key", "value", "z", "beta", "alpha");

  private McoreLinearAttention() {}

  static ParameterTable rows(String layer) {
    String attention = layer + "self_attention.";
    var all = new ArrayList<ParameterRule>();
    all.add(vector(attention + "in_proj.layer_norm_weight").extraState(STORED));
    segmented(input(attention + "in_proj.weight"), INPUTS, all);
    segmented(convolution(attention + "conv1d.weight"), INPUTS.subList(0, 3), all);
    all.add(column(attention + "dt_bias").sized(HEADS));
    all.add(column(attention + "A_log").sized(HEADS));
    all.add(replicated(attention + "out_norm.weight").sized(VALUE).extraState(STORED));
    all.add(row(attention + "out_proj.weight").sized(HIDDEN, VALUES).extraState(STORED));
    return new ParameterTable(
            all.stream().map(rule -> rule.onLayers(McoreAttention.FULL.others())).toList())
        .when("experimental_attention_variant", "gated_delta_net");
  }

  /** All of them in a rank's file, one after another; each in a distributed checkpoint. */
  private static void segmented(ParameterRule whole, List<String> names, List<ParameterRule> all) {
    all.add(whole.layout(WeightLayout.RANKS));
    for (int i = 0; i < names.size(); i++) {
      all.add(
          column(whole.pattern() + "." + names.get(i))
              .of(whole.pattern())
              .with(whole.arrangement())
              .part(0, i, i + 1)
              .layout(WeightLayout.DISTRIBUTED));
    }
  }

  private static ParameterRule input(String name) {
    return column(name).segments(KEYS, KEYS, VALUES, VALUES, HEADS, HEADS).sized("rest", HIDDEN);
  }

  private static ParameterRule convolution(String name) {
    return column(name).segments(KEYS, KEYS, VALUES).sized("rest", "1", "linear_conv_kernel_dim");
  }
}
