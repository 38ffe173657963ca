package io.shardwright.adapters.nvgpt;

import static io.shardwright.adapters.nvgpt.McoreGptTable.BIAS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HEADS;
import static io.shardwright.adapters.nvgpt.McoreGptTable.HIDDEN;
import static io.shardwright.adapters.nvgpt.McoreGptTable.vector;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/**
 * Attention whose keys and values come from one short vector for each token, and perhaps its
 * queries from another (Megatron-Core 0.19, {@code
 * megatron/core/transformer/multi_latent_attention.py}).
 */
final class McoreLatentAttention {
  static final String KEY = "multi_latent_attention";
  private static final String QUERY_RANK = "q_lora_rank";
  private static final String RANK = "kv_lora_rank";
  private static final String PLAIN = "qk_head_dim";
  private static final String ROTARY = "qk_pos_emb_head_dim";
  private static final String VALUE = "v_head_dim";

  private McoreLatentAttention() {}

  static ParameterTable rows(String layer) {
    String attention = layer + "self_attention.";
    return ParameterTable.of(
            row(attention + "linear_proj.weight")
                .cutBetween(HEADS)
                .sized(HIDDEN, VALUE)
                .extraState(STORED),
            vector(attention + "linear_proj.bias").noDecay().unless(BIAS, "false"),
            byHead(attention + "linear_q_proj.", PLAIN + " + " + ROTARY, HIDDEN)
                .when(QUERY_RANK, "null"))
        .and(
            ParameterTable.of(
                    down(attention + "linear_q_down_proj.", QUERY_RANK),
                    norm(attention + "linear_q_up_proj.", QUERY_RANK),
                    byHead(attention + "linear_q_up_proj.", PLAIN + " + " + ROTARY, QUERY_RANK))
                .unless(QUERY_RANK, "null"))
        .and(
            ParameterTable.of(
                down(attention + "linear_kv_down_proj.", RANK + " + " + ROTARY),
                norm(attention + "linear_kv_up_proj.", RANK),
                byHead(attention + "linear_kv_up_proj.", PLAIN + " + " + VALUE, RANK)))
        .when(KEY, "true");
  }

  private static ParameterRule byHead(String module, String rows, String columns) {
    return column(module + "weight").cutBetween(HEADS).sized(rows, columns).extraState(STORED);
  }

  private static ParameterRule down(String module, String rows) {
    return replicated(module + "weight").sized(rows, HIDDEN).extraState(STORED);
  }

  private static ParameterRule norm(String module, String size) {
    return replicated(module + "layer_norm_weight").sized(size).when("qk_layernorm", "true");
  }
}
