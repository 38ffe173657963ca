package io.shardwright.adapters.llama;

import static io.shardwright.adapters.nvgpt.McoreGptTable.EXPERTS;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.adapters.nvgpt.DecoderRows;
import io.shardwright.adapters.nvgpt.McoreAttention;
import io.shardwright.adapters.nvgpt.McoreExperts;
import io.shardwright.adapters.nvgpt.McoreGptTable;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/** The names of transformers' {@code LlamaForCausalLM} and its likes. */
final class HuggingFaceLlamaTable {
  private static final String LAYER = "model.layers.*.";
  private static final String ATTENTION = LAYER + "self_attn.";
  private static final String MLP = LAYER + "mlp.";
  private static final String UP = McoreGptTable.UP + "weight";
  private static final String HEADS = "num_attention_heads";

  private HuggingFaceLlamaTable() {}

  /**
   * The rows of LLaMA, with experts as Mixtral has them.
   *
   * @param normShift what a norm's weight lacks
   */
  static ParameterTable rows(double normShift) {
    return words()
        .and(attention(normShift))
        .and(dense(normShift).when(EXPERTS, "null"))
        .and(experts())
        .and(head(normShift));
  }

  /** LLaMA's without experts, and norms of queries and keys. */
  static ParameterTable queryNormed() {
    return words().and(attention(0)).and(queryNorms()).and(dense(0)).and(head(0));
  }

  /** Queries, keys and values in one tensor, each of all groups; gate and up projection in one. */
  static ParameterTable fused() {
    var qkv = column(ATTENTION + "qkv_proj.weight").of(McoreGptTable.QKV + "weight");
    return words()
        .and(inputNorm(0))
        .and(
            ParameterTable.of(
                qkv.groupedQkv().part(1, 0, 0, -2, -1),
                output(),
                norm("post_attention_layernorm.weight", McoreGptTable.UP + "layer_norm_weight")))
        .and(fusedMlp())
        .and(head(0));
  }

  /** Norms before and behind attention and MLP, as Gemma 2 calls them. */
  static ParameterTable gemma() {
    return words()
        .and(inputNorm(0))
        .and(queries())
        .and(queryNorms().when("qk_layernorm", "true"))
        .and(
            ParameterTable.of(
                output(),
                norm("post_attention_layernorm.weight", outputNorm(McoreGptTable.PROJECTION)),
                norm("pre_feedforward_layernorm.weight", McoreGptTable.UP + "layer_norm_weight"),
                norm("post_feedforward_layernorm.weight", outputNorm(McoreGptTable.DOWN))))
        .and(mlp())
        .and(head(0));
  }

  /** The same as GLM-4 calls them. */
  static ParameterTable glm() {
    return words()
        .and(attention(0))
        .and(
            ParameterTable.of(
                norm("post_self_attn_layernorm.weight", outputNorm(McoreGptTable.PROJECTION)),
                norm("post_attention_layernorm.weight", McoreGptTable.UP + "layer_norm_weight"),
                norm("post_mlp_layernorm.weight", outputNorm(McoreGptTable.DOWN))))
        .and(fusedMlp())
        .and(head(0));
  }

  /** Norms behind attention and MLP alone, and of all queries and all keys, as OLMo 2 has them. */
  static ParameterTable olmo() {
    String groups = "(num_query_groups | " + HEADS + ") * (";
    return words()
        .and(queries())
        .and(
            ParameterTable.of(
                norm("self_attn.q_norm.weight", McoreAttention.Q_NORM)
                    .sized(HEADS + " * (" + Size.HEAD + ")"),
                norm("self_attn.k_norm.weight", McoreAttention.K_NORM)
                    .sized(groups + Size.HEAD + ")"),
                output(),
                norm("post_attention_layernorm.weight", outputNorm(McoreGptTable.PROJECTION)),
                norm("post_feedforward_layernorm.weight", outputNorm(McoreGptTable.DOWN))))
        .and(mlp())
        .and(head(0));
  }

  private static ParameterTable words() {
    return ParameterTable.of(DecoderRows.words("model.embed_tokens.weight"));
  }

  private static ParameterTable head(double normShift) {
    return ParameterTable.of(
        DecoderRows.norm("model.norm.", "weight").less(normShift), DecoderRows.head());
  }

  private static ParameterTable attention(double normShift) {
    return inputNorm(normShift).and(queries()).and(ParameterTable.of(output()));
  }

  private static ParameterTable inputNorm(double shift) {
    String of = McoreGptTable.QKV + "layer_norm_weight";
    return ParameterTable.of(norm("input_layernorm.weight", of).less(shift));
  }

  private static ParameterTable queries() {
    return qkv("weight").and(qkv("bias").when("add_qkv_bias", "true"));
  }

  private static ParameterTable qkv(String kind) {
    String of = McoreGptTable.QKV + kind;
    return ParameterTable.of(
        column(ATTENTION + "q_proj." + kind).of(of).groupedQkv().part(1, 0, -2),
        column(ATTENTION + "k_proj." + kind).of(of).groupedQkv().part(1, -2, -1),
        column(ATTENTION + "v_proj." + kind).of(of).groupedQkv().part(1, -1, 0));
  }

  private static ParameterTable queryNorms() {
    return ParameterTable.of(
        norm("self_attn.q_norm.weight", McoreAttention.Q_NORM),
        norm("self_attn.k_norm.weight", McoreAttention.K_NORM));
  }

  private static ParameterRule output() {
    return row(ATTENTION + "o_proj.weight")
        .of(McoreGptTable.PROJECTION + "weight")
        .cutBetween(HEADS);
  }

  private static String outputNorm(String module) {
    return module + "post_layernorm.weight";
  }

  private static ParameterTable dense(double normShift) {
    String of = McoreGptTable.UP + "layer_norm_weight";
    return ParameterTable.of(norm("post_attention_layernorm.weight", of).less(normShift))
        .and(mlp());
  }

  private static ParameterTable mlp() {
    return ParameterTable.of(
        column(MLP + "gate_proj.weight", 2).of(UP).part(0, 0, 1),
        column(MLP + "up_proj.weight", 2).of(UP).part(0, 1, 2),
        down());
  }

  private static ParameterTable fusedMlp() {
    return ParameterTable.of(column(MLP + "gate_up_proj.weight", 2).of(UP), down());
  }

  private static ParameterRule down() {
    return row(MLP + "down_proj.weight").of(McoreGptTable.DOWN + "weight");
  }

  /** Of Mixtral: each expert's own, and those of all in one as transformers 5 has them. */
  private static ParameterTable experts() {
    String expert = LAYER + "block_sparse_moe.experts.*.";
    String up = McoreExperts.EXPERT + "linear_fc1.weight";
    String down = McoreExperts.EXPERT + "linear_fc2.weight";
    String all = LAYER + "mlp.experts.";
    return ParameterTable.of(
            norm("post_attention_layernorm.weight", McoreGptTable.MLP_NORM + "weight"),
            replicated(LAYER + "block_sparse_moe.gate.weight").of(McoreExperts.ROUTER),
            column(expert + "w1.weight", 2).of(up).perExpert(EXPERTS).part(0, 0, 1),
            column(expert + "w3.weight", 2).of(up).perExpert(EXPERTS).part(0, 1, 2),
            row(expert + "w2.weight").of(down).perExpert(EXPERTS),
            replicated(LAYER + "mlp.gate.weight").of(McoreExperts.ROUTER).readAlone(),
            column(all + "gate_up_proj", 2).of(up).perExpert(EXPERTS).readAlone(),
            row(all + "down_proj").of(down).perExpert(EXPERTS).readAlone())
        .unless(EXPERTS, "null");
  }

  private static ParameterRule norm(String name, String of) {
    return replicated(LAYER + name).of(of);
  }
}
