package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/** The names of transformers' {@code FalconForCausalLM}. */
final class FalconTable {
  private static final String LAYER = "transformer.h.*.";
  private static final String BIAS = "bias";

  private FalconTable() {}

  static ParameterTable rows() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("transformer.word_embeddings.weight"));
    for (String part : List.of("weight", BIAS)) {
      norms(part, rows);
      linear(part, rows);
      rows.add(DecoderRows.norm("transformer.ln_f.", part));
    }
    rows.add(DecoderRows.head());
    return new ParameterTable(rows);
  }

  private static void norms(String part, List<ParameterRule> rows) {
    String two = McoreGptTable.TWO_NORMS;
    rows.add(
        replicated(LAYER + "ln_attn." + part)
            .of(McoreGptTable.INPUT_NORM + part)
            .when(two, "true"));
    rows.add(
        replicated(LAYER + "ln_mlp." + part).of(McoreGptTable.MLP_NORM + part).when(two, "true"));
    rows.add(
        replicated(LAYER + "input_layernorm." + part)
            .of(McoreGptTable.INPUT_NORM + part)
            .unless(two, "true"));
    rows.add(
        replicated(LAYER + "post_attention_layernorm." + part)
            .of(McoreGptTable.LATER_NORM + part)
            .unless(two, "true")
            .when(McoreGptTable.PARALLEL, "false"));
  }

  private static void linear(String part, List<ParameterRule> rows) {
    boolean bias = part.equals(BIAS);
    String attention = LAYER + "self_attention.";
    String out = McoreGptTable.PROJECTION + part;
    String down = McoreGptTable.DOWN + part;
    add(
        column(attention + "query_key_value." + part).of(McoreGptTable.QKV + part).groupedQkv(),
        bias,
        rows);
    add(
        bias
            ? replicated(attention + "dense." + part).of(out)
            : row(attention + "dense." + part).of(out).cutBetween("num_attention_heads"),
        bias,
        rows);
    add(column(LAYER + "mlp.dense_h_to_4h." + part).of(McoreGptTable.UP + part), bias, rows);
    add(
        bias
            ? replicated(LAYER + "mlp.dense_4h_to_h." + part).of(down)
            : row(LAYER + "mlp.dense_4h_to_h." + part).of(down),
        bias,
        rows);
  }

  private static void add(ParameterRule rule, boolean bias, List<ParameterRule> rows) {
    rows.add(bias ? rule.unless(BIAS, "false") : rule);
  }
}
