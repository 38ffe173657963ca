package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

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
  private static final String HIDDEN = "hidden_size";
  private static final String FFN = "ffn_hidden_size | 4 * hidden_size";
  private static final String TIED = "share_embeddings_and_output_weights";

  private McoreLlamaTable() {}

  static ParameterTable rows() {
    return ParameterTable.of(
        words().tiedCopy(OUTPUT).unless(TIED, "false"),
        words().when(TIED, "false"),
        replicated(ROTARY).on(EVERY).optional(),
        row(PROJECTION)
            .cutBetween("num_attention_heads")
            .sized(HIDDEN, Size.HEAD)
            .extraState(STORED),
        replicated(QKV + "layer_norm_weight").sized(HIDDEN),
        column(QKV + "weight").groupedQkv().sized(Size.HEAD, HIDDEN).extraState(STORED),
        column(QKV + "bias").groupedQkv().when("add_qkv_bias", "true"),
        replicated(UP + "layer_norm_weight").sized(HIDDEN).when(EXPERTS, "null"),
        column(UP + "weight", 2).sized(FFN, HIDDEN).extraState(STORED).when(EXPERTS, "null"),
        row(DOWN).sized(HIDDEN, FFN).extraState(STORED).when(EXPERTS, "null"),
        replicated(MOE_NORM).sized(HIDDEN).extraState(STORED).unless(EXPERTS, "null"),
        replicated(ROUTER).sized(EXPERTS, HIDDEN).unless(EXPERTS, "null"),
        column(EXPERT + "linear_fc1.weight", 2)
            .sized(FFN, HIDDEN)
            .extraState(STORED)
            .unless(EXPERTS, "null"),
        row(EXPERT + "linear_fc2.weight")
            .sized(HIDDEN, FFN)
            .extraState(STORED)
            .unless(EXPERTS, "null"),
        replicated(NORM).on(LAST).sized(HIDDEN).extraState(STORED),
        column(OUTPUT)
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST, HIDDEN)
            .extraState(EMPTY)
            .when(TIED, "false"));
  }

  private static ParameterRule words() {
    return column(WORDS).on(FIRST).vocabPaddedRows().sized(Size.REST, HIDDEN);
  }
}
