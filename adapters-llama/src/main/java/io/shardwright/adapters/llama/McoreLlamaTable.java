package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterTable;

/**
 * The names with {@code mcore_gpt: true}, and the canonical ones (Megatron-LM core_v0.5.0, {@code
 * megatron/core/models/gpt/gpt_model.py}, {@code transformer/attention.py}, {@code
 * transformer/mlp.py}).
 */
final class McoreLlamaTable {
  static final String WORDS = "embedding.word_embeddings.weight";
  static final String ROTARY = "rotary_pos_emb.inv_freq";
  static final String NORM = "decoder.final_layernorm.weight";
  static final String OUTPUT = "output_layer.weight";
  private static final String LAYER = "decoder.layers.*.";
  static final String QKV = LAYER + "self_attention.linear_qkv.";
  static final String PROJECTION = LAYER + "self_attention.linear_proj.weight";
  static final String UP = LAYER + "mlp.linear_fc1.";
  static final String DOWN = LAYER + "mlp.linear_fc2.weight";
  static final String MOE_NORM = LAYER + "pre_mlp_layernorm.weight";
  static final String ROUTER = LAYER + "mlp.router.weight";
  static final String EXPERT = LAYER + "mlp.experts.local_experts.*.";
  static final String EXPERTS = "num_moe_experts";
  private static final String TIED = "share_embeddings_and_output_weights";

  private McoreLlamaTable() {}

  static ParameterTable rows() {
    return ParameterTable.of(
        column(WORDS).on(FIRST).vocabPaddedRows().tiedCopy(OUTPUT).unless(TIED, "false"),
        column(WORDS).on(FIRST).vocabPaddedRows().when(TIED, "false"),
        replicated(ROTARY).on(EVERY).optional(),
        row(PROJECTION).cutBetween("num_attention_heads").extraState(STORED),
        replicated(QKV + "layer_norm_weight"),
        column(QKV + "weight").groupedQkv().extraState(STORED),
        column(QKV + "bias").groupedQkv().when("add_qkv_bias", "true"),
        replicated(UP + "layer_norm_weight").when(EXPERTS, "null"),
        column(UP + "weight", 2).extraState(STORED).when(EXPERTS, "null"),
        row(DOWN).extraState(STORED).when(EXPERTS, "null"),
        replicated(MOE_NORM).extraState(STORED).unless(EXPERTS, "null"),
        replicated(ROUTER).unless(EXPERTS, "null"),
        column(EXPERT + "linear_fc1.weight", 2).extraState(STORED).unless(EXPERTS, "null"),
        row(EXPERT + "linear_fc2.weight").extraState(STORED).unless(EXPERTS, "null"),
        replicated(NORM).on(LAST).extraState(STORED),
        column(OUTPUT).on(LAST).vocabPaddedRows().extraState(EMPTY).when(TIED, "false"));
  }
}
