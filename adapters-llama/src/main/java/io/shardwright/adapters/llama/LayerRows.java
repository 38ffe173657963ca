package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/**
 * Rows of a layer of transformers' decoders with experts, in the names that most classes share.
 *
 * @param own what the class's names begin with, a star for the layer's number
 * @param core what Megatron-Core's begin with
 * @param mixed whether other layers of the stack have no experts
 */
record LayerRows(String own, String core, boolean mixed) {
  static final String EXPERTS = "num_moe_experts";

  /** The decoder's. */
  static final LayerRows DECODER = new LayerRows("model.layers.*.", "decoder.layers.*.", true);

  private static final LayerSet WITH = LayerSet.where("moe_layer_freq", 0, "1", "null");
  private static final String EXPERT = "mlp.experts.local_experts.*.";

  private ParameterRule copy(String name, String of) {
    return replicated(own + name).of(core + of);
  }

  /** Queries, keys and values with their norm, and the projection. */
  ParameterTable attention() {
    return ParameterTable.of(
            copy("input_layernorm.weight", "self_attention.linear_qkv.layer_norm_weight"),
            row(own + "self_attn.o_proj.weight")
                .of(core + "self_attention.linear_proj.weight")
                .cutBetween("num_attention_heads"))
        .and(qkv("weight"))
        .and(qkv("bias").when("add_qkv_bias", "true"));
  }

  private ParameterTable qkv(String kind) {
    String of = core + "self_attention.linear_qkv." + kind;
    String attention = own + "self_attn.";
    return ParameterTable.of(
        column(attention + "q_proj." + kind).of(of).groupedQkv().part(1, 0, -2),
        column(attention + "k_proj." + kind).of(of).groupedQkv().part(1, -2, -1),
        column(attention + "v_proj." + kind).of(of).groupedQkv().part(1, -1, 0));
  }

  /** Norms of queries and of keys. */
  ParameterTable queryNorms() {
    return ParameterTable.of(
            copy("self_attn.q_norm.weight", "self_attention.q_layernorm.weight"),
            copy("self_attn.k_norm.weight", "self_attention.k_layernorm.weight"))
        .when("qk_layernorm", "true");
  }

  /** Attention whose keys and values come from one short vector for each token. */
  ParameterTable latentAttention() {
    String attention = own + "self_attn.";
    String to = "self_attention.linear_";
    return ParameterTable.of(
            copy("input_layernorm.weight", "input_layernorm.weight"),
            row(attention + "o_proj.weight")
                .of(core + to + "proj.weight")
                .cutBetween("num_attention_heads"),
            copy("self_attn.kv_a_proj_with_mqa.weight", to + "kv_down_proj.weight"),
            copy("self_attn.kv_a_layernorm.weight", to + "kv_up_proj.layer_norm_weight"),
            byHead("kv_b_proj", to + "kv_up_proj"))
        .and(
            ParameterTable.of(
                    copy("self_attn.q_a_proj.weight", to + "q_down_proj.weight"),
                    copy("self_attn.q_a_layernorm.weight", to + "q_up_proj.layer_norm_weight"),
                    byHead("q_b_proj", to + "q_up_proj"))
                .unless("q_lora_rank", "null"))
        .and(ParameterTable.of(byHead("q_proj", to + "q_proj")).when("q_lora_rank", "null"));
  }

  private ParameterRule byHead(String name, String of) {
    return column(own + "self_attn." + name + ".weight")
        .of(core + of + ".weight")
        .cutBetween("num_attention_heads");
  }

  /** The MLP of layers without experts. */
  ParameterTable dense() {
    String up = core + "mlp.linear_fc1.weight";
    return on(
        WITH.others(),
        ParameterTable.of(
            copy("post_attention_layernorm.weight", "mlp.linear_fc1.layer_norm_weight"),
            column(own + "mlp.gate_proj.weight", 2).of(up).part(0, 0, 1),
            column(own + "mlp.up_proj.weight", 2).of(up).part(0, 1, 2),
            row(own + "mlp.down_proj.weight").of(core + "mlp.linear_fc2.weight")));
  }

  /**
   * Router and experts: each expert's own tensors, and the same of all in one, as transformers 5
   * has them in memory and writes them on request.
   */
  ParameterTable experts() {
    String up = core + EXPERT + "linear_fc1.weight";
    String down = core + EXPERT + "linear_fc2.weight";
    String each = own + "mlp.experts.*.";
    String all = own + "mlp.experts.";
    return withExperts(
        ParameterTable.of(
            copy("post_attention_layernorm.weight", "pre_mlp_layernorm.weight"),
            copy("mlp.gate.weight", "mlp.router.weight"),
            column(each + "gate_proj.weight", 2).of(up).perExpert(EXPERTS).part(0, 0, 1),
            column(each + "up_proj.weight", 2).of(up).perExpert(EXPERTS).part(0, 1, 2),
            row(each + "down_proj.weight").of(down).perExpert(EXPERTS),
            column(all + "gate_up_proj", 2).of(up).perExpert(EXPERTS).readAlone(),
            row(all + "down_proj").of(down).perExpert(EXPERTS).readAlone()));
  }

  /** What is added to the experts' scores before they are chosen. */
  ParameterTable scoreBias() {
    return withExperts(
        ParameterTable.of(
            copy("mlp.gate.e_score_correction_bias", "mlp.router.expert_bias").float32()));
  }

  /**
   * Experts that all tokens share.
   *
   * @param module {@code shared_expert} or {@code shared_experts}
   */
  ParameterTable shared(String module) {
    String name = own + "mlp." + module + ".";
    String to = core + "mlp.shared_experts.";
    return withExperts(
            ParameterTable.of(
                column(name + "gate_proj.weight", 2).of(to + "linear_fc1.weight").part(0, 0, 1),
                column(name + "up_proj.weight", 2).of(to + "linear_fc1.weight").part(0, 1, 2),
                row(name + "down_proj.weight").of(to + "linear_fc2.weight")))
        .unless("moe_shared_expert_intermediate_size", "null");
  }

  /** The gate of the shared expert. */
  ParameterTable sharedGate() {
    return withExperts(
        ParameterTable.of(copy("mlp.shared_expert_gate.weight", "mlp.shared_experts.gate_weight")));
  }

  private ParameterTable withExperts(ParameterTable rows) {
    return on(WITH, rows);
  }

  private ParameterTable on(LayerSet layers, ParameterTable rows) {
    return mixed
        ? new ParameterTable(rows.rules().stream().map(row -> row.onLayers(layers)).toList())
        : rows;
  }
}
