package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/** The names of transformers' rotary GPTs: Nemotron and StarCoder2. */
final class HuggingFaceGptTable {
  private static final String LAYER = "model.layers.*.";
  private static final String ATTENTION = LAYER + "self_attn.";
  private static final String BIAS = "bias";

  private HuggingFaceGptTable() {}

  static ParameterTable nemotron() {
    return rotary("mlp.up_proj", "mlp.down_proj");
  }

  /** LLaMA with biases in all linear layers. */
  static ParameterTable llama() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("model.embed_tokens.weight"));
    norm(LAYER + "input_layernorm.", McoreGptTable.QKV + "layer_norm_", "weight", rows);
    norm(LAYER + "post_attention_layernorm.", McoreGptTable.UP + "layer_norm_", "weight", rows);
    for (String part : List.of("weight", BIAS)) {
      String of = McoreGptTable.UP + part;
      attention(part, rows);
      rows.add(column(LAYER + "mlp.gate_proj." + part, 2).of(of).part(0, 0, 1));
      rows.add(column(LAYER + "mlp.up_proj." + part, 2).of(of).part(0, 1, 2));
      out(LAYER + "mlp.down_proj.", McoreGptTable.DOWN, part, false, rows);
    }
    rows.add(DecoderRows.norm("model.norm.", "weight"));
    rows.add(DecoderRows.head());
    return new ParameterTable(rows).given(BIAS, "true");
  }

  static ParameterTable starcoder2() {
    return rotary("mlp.c_fc", "mlp.c_proj");
  }

  /**
   * The rows.
   *
   * @param up the MLP's first module
   * @param down its second
   */
  private static ParameterTable rotary(String up, String down) {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("model.embed_tokens.weight"));
    for (String part : List.of("weight", BIAS)) {
      norm(LAYER + "input_layernorm.", McoreGptTable.QKV + "layer_norm_", part, rows);
      attention(part, rows);
      norm(LAYER + "post_attention_layernorm.", McoreGptTable.UP + "layer_norm_", part, rows);
      linear(column(LAYER + up + "." + part).of(McoreGptTable.UP + part), part, rows);
      out(LAYER + down + ".", McoreGptTable.DOWN, part, false, rows);
      rows.add(DecoderRows.norm("model.norm.", part));
    }
    rows.add(DecoderRows.head());
    return new ParameterTable(rows);
  }

  private static void norm(String name, String of, String part, List<ParameterRule> rows) {
    rows.add(replicated(name + part).of(of + part));
  }

  /** The rows of weights or biases of attention. */
  static void attention(String part, List<ParameterRule> rows) {
    qkv(part, rows);
    out(ATTENTION + "o_proj.", McoreGptTable.PROJECTION, part, true, rows);
  }

  private static void qkv(String part, List<ParameterRule> rows) {
    int[][] slots = {{0, -2}, {-2, -1}, {-1, 0}};
    for (int kind = 0; kind < slots.length; kind++) {
      String name = List.of("q_proj.", "k_proj.", "v_proj.").get(kind);
      var rule = column(ATTENTION + name + part).of(McoreGptTable.QKV + part).groupedQkv();
      linear(rule.part(1, slots[kind][0], slots[kind][1]), part, rows);
    }
  }

  private static void out(
      String name, String of, String part, boolean byHeads, List<ParameterRule> rows) {
    var weight = row(name + part).of(of + part);
    var rule = byHeads ? weight.cutBetween("num_attention_heads") : weight;
    linear(part.equals(BIAS) ? replicated(name + part).of(of + part) : rule, part, rows);
  }

  private static void linear(ParameterRule rule, String part, List<ParameterRule> rows) {
    rows.add(part.equals(BIAS) ? rule.unless(BIAS, "false") : rule);
  }
}
