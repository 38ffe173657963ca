package io.shardwright.adapters.llama;

import static io.shardwright.adapters.nvgpt.McoreGptTable.FFN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.LAYER;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.adapters.nvgpt.GptAdapter;
import io.shardwright.adapters.nvgpt.LegacyGptTable;
import io.shardwright.adapters.nvgpt.McoreGptTable;
import io.shardwright.spi.ParameterTable;

/**
 * GPT's rows as LLaMA's options leave them, and Megatron-Core's for biases of QKV alone and for
 * experts (Megatron-LM core_v0.5.0, {@code megatron/core/transformer/attention.py}, {@code
 * transformer/moe/moe_layer.py}).
 */
final class LlamaTable {
  static final String EXPERTS = "num_moe_experts";
  static final String MOE_NORM = McoreGptTable.MLP_NORM + "weight";
  static final String ROUTER = LAYER + "mlp.router.weight";
  static final String EXPERT = LAYER + "mlp.experts.local_experts.*.";

  private LlamaTable() {}

  static ParameterTable mcore() {
    var bias =
        column(McoreGptTable.QKV + "bias").groupedQkv().noDecay().when("add_qkv_bias", "true");
    return GptAdapter.llama(McoreGptTable.embedding().and(McoreGptTable.attention()))
        .and(ParameterTable.of(bias))
        .and(GptAdapter.llama(McoreGptTable.mlp()).when(EXPERTS, "null"))
        .and(experts().unless(EXPERTS, "null"))
        .and(GptAdapter.llama(McoreGptTable.head()));
  }

  static ParameterTable legacy() {
    return GptAdapter.llama(LegacyGptTable.rows());
  }

  private static ParameterTable experts() {
    return ParameterTable.of(
        replicated(MOE_NORM).sized(HIDDEN).extraState(STORED),
        replicated(ROUTER).sized(EXPERTS, HIDDEN),
        column(EXPERT + "linear_fc1.weight", 2)
            .perExpert(EXPERTS)
            .sized(FFN, HIDDEN)
            .extraState(STORED),
        row(EXPERT + "linear_fc2.weight").perExpert(EXPERTS).sized(HIDDEN, FFN).extraState(STORED));
  }
}
