package io.shardwright.adapters.llama;

import static io.shardwright.adapters.nvgpt.McoreGptTable.EXPERTS;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.adapters.nvgpt.DecoderRows;
import io.shardwright.adapters.nvgpt.McoreExperts;
import io.shardwright.adapters.nvgpt.McoreGptTable;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/** The names of transformers' {@code LlamaForCausalLM} and its likes. */
final class HuggingFaceLlamaTable {
  private static final String LAYER = "model.layers.*.";
  private static final String ATTENTION = LAYER + "self_attn.";

  private HuggingFaceLlamaTable() {}

  /**
   * The rows.
   *
   * @param normShift what a norm's weight lacks
   */
  static ParameterTable rows(double normShift) {
    return ParameterTable.of(
            DecoderRows.words("model.embed_tokens.weight"),
            norm("input_layernorm.weight", McoreGptTable.QKV + "layer_norm_weight", normShift))
        .and(qkv("weight"))
        .and(qkv("bias"))
        .and(dense(normShift))
        .and(experts())
        .and(
            ParameterTable.of(
                row(ATTENTION + "o_proj.weight")
                    .of(McoreGptTable.PROJECTION + "weight")
                    .cutBetween("num_attention_heads"),
                DecoderRows.norm("model.norm.", "weight").less(normShift),
                DecoderRows.head()));
  }

  private static ParameterTable dense(double normShift) {
    String up = McoreGptTable.UP;
    return ParameterTable.of(
            norm("post_attention_layernorm.weight", up + "layer_norm_weight", normShift),
            column(LAYER + "mlp.gate_proj.weight", 2).of(up + "weight").part(0, 0, 1),
            column(LAYER + "mlp.up_proj.weight", 2).of(up + "weight").part(0, 1, 2),
            row(LAYER + "mlp.down_proj.weight").of(McoreGptTable.DOWN + "weight"))
        .when(EXPERTS, "null");
  }

  private static ParameterTable experts() {
    String expert = LAYER + "block_sparse_moe.experts.*.";
    String up = McoreExperts.EXPERT + "linear_fc1.weight";
    return ParameterTable.of(
            norm("post_attention_layernorm.weight", McoreGptTable.MLP_NORM + "weight", 0),
            replicated(LAYER + "block_sparse_moe.gate.weight").of(McoreExperts.ROUTER),
            column(expert + "w1.weight", 2).of(up).perExpert(EXPERTS).part(0, 0, 1),
            column(expert + "w3.weight", 2).of(up).perExpert(EXPERTS).part(0, 1, 2),
            row(expert + "w2.weight")
                .of(McoreExperts.EXPERT + "linear_fc2.weight")
                .perExpert(EXPERTS))
        .unless(EXPERTS, "null");
  }

  private static ParameterRule norm(String name, String of, double shift) {
    return replicated(LAYER + name).of(of).less(shift);
  }

  private static ParameterTable qkv(String kind) {
    String of = McoreGptTable.QKV + kind;
    var rows =
        ParameterTable.of(
            column(ATTENTION + "q_proj." + kind).of(of).groupedQkv().part(1, 0, -2),
            column(ATTENTION + "k_proj." + kind).of(of).groupedQkv().part(1, -2, -1),
            column(ATTENTION + "v_proj." + kind).of(of).groupedQkv().part(1, -1, 0));
    return kind.equals("weight") ? rows : rows.when("add_qkv_bias", "true");
  }
}
