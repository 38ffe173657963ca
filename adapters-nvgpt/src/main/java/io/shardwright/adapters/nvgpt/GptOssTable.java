package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of transformers' {@code GptOssForCausalLM}. The experts of a layer are one tensor of
 * input by output features, in which gates and up projections alternate.
 */
final class GptOssTable {
  private static final String LAYER = "model.layers.*.";
  private static final String EXPERTS = LAYER + "mlp.experts.";
  private static final String UP = McoreExperts.EXPERT + "linear_fc1.";
  private static final String DOWN = McoreExperts.EXPERT + "linear_fc2.";

  private GptOssTable() {}

  static ParameterTable rows() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(DecoderRows.words("model.embed_tokens.weight"));
    rows.add(
        replicated(LAYER + "input_layernorm.weight").of(McoreGptTable.QKV + "layer_norm_weight"));
    for (String part : List.of("weight", "bias")) {
      HuggingFaceGptTable.attention(part, rows);
      rows.add(replicated(LAYER + "mlp.router." + part).of(router(part)));
    }
    rows.add(
        column(LAYER + "self_attn.sinks")
            .of(McoreGptTable.LAYER + "self_attention.core_attention.softmax_offset"));
    rows.add(
        replicated(LAYER + "post_attention_layernorm.weight")
            .of(McoreGptTable.MLP_NORM + "weight"));
    rows.addAll(experts());
    rows.add(DecoderRows.norm("model.norm.", "weight"));
    rows.add(DecoderRows.head());
    return new ParameterTable(rows);
  }

  private static String router(String part) {
    return McoreGptTable.LAYER + "mlp.router." + part;
  }

  /** Of canonical gates and up projections one after the other, each by input features. */
  private static List<ParameterRule> experts() {
    return List.of(
            column(EXPERTS + "gate_up_proj", 2)
                .of(UP + "weight")
                .stored(new int[] {2}, new int[] {1, 0}),
            column(EXPERTS + "gate_up_proj_bias", 2).of(UP + "bias").stored(new int[] {1, 0}),
            row(EXPERTS + "down_proj").of(DOWN + "weight").stored(new int[] {1}, new int[] {0}),
            replicated(EXPERTS + "down_proj_bias").of(DOWN + "bias"))
        .stream()
        .map(rule -> rule.perExpert(McoreGptTable.EXPERTS))
        .toList();
  }
}
