package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of transformers' {@code GPT2LMHeadModel}, whose weights are stored with their inputs
 * first, and whose fused QKV holds all queries, then all keys, then all values.
 */
final class Gpt2Table {
  private static final String LAYER = "transformer.h.*.";
  private static final String HEADS = "num_attention_heads";

  private Gpt2Table() {}

  static ParameterTable rows() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("transformer.wte.weight"));
    rows.add(
        replicated("transformer.wpe.weight")
            .of(McoreGptTable.POSITIONS)
            .on(ParameterRule.Stage.FIRST));
    weights(rows);
    biases(rows);
    for (String part : List.of("weight", "bias")) {
      rows.add(replicated(LAYER + "ln_1." + part).of(McoreGptTable.QKV + "layer_norm_" + part));
      rows.add(replicated(LAYER + "ln_2." + part).of(McoreGptTable.UP + "layer_norm_" + part));
      rows.add(DecoderRows.norm("transformer.ln_f.", part));
    }
    rows.add(DecoderRows.head());
    return new ParameterTable(rows);
  }

  private static void weights(List<ParameterRule> rows) {
    rows.add(
        column(LAYER + "attn.c_attn.weight")
            .of(McoreGptTable.QKV + "weight")
            .groupedQkv()
            .stored(new int[] {3}, new int[] {1, 0, 2}));
    rows.add(
        row(LAYER + "attn.c_proj.weight")
            .of(McoreGptTable.PROJECTION + "weight")
            .cutBetween(HEADS)
            .stored(new int[] {1, 2}, new int[] {0}));
    rows.add(
        column(LAYER + "mlp.c_fc.weight")
            .of(McoreGptTable.UP + "weight")
            .stored(new int[] {1}, new int[] {0}));
    rows.add(
        row(LAYER + "mlp.c_proj.weight")
            .of(McoreGptTable.DOWN + "weight")
            .stored(new int[] {1}, new int[] {0}));
  }

  private static void biases(List<ParameterRule> rows) {
    rows.add(
        column(LAYER + "attn.c_attn.bias")
            .of(McoreGptTable.QKV + "bias")
            .groupedQkv()
            .stored(new int[] {1, 0, 2}));
    rows.add(replicated(LAYER + "attn.c_proj.bias").of(McoreGptTable.PROJECTION + "bias"));
    rows.add(column(LAYER + "mlp.c_fc.bias").of(McoreGptTable.UP + "bias"));
    rows.add(replicated(LAYER + "mlp.c_proj.bias").of(McoreGptTable.DOWN + "bias"));
  }
}
