package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterTable;

/**
 * A GPT's parameters with {@code mcore_gpt: false} (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/language_model.py} and {@code transformer.py}).
 */
final class LegacyGptTable {
  private static final String MODEL = "language_model.";
  private static final String LAYER = MODEL + "encoder.layers.*.";
  private static final String QKV = LAYER + "self_attention.query_key_value.";
  private static final String MLP = LAYER + "mlp.";
  private static final String HEADS = "num_attention_heads";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final String WORDS = MODEL + "embedding.word_embeddings.weight";
  private static final String POSITIONS = MODEL + "embedding.position_embeddings";
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};

  private LegacyGptTable() {}

  static ParameterTable rows() {
    return embedding().and(layer()).and(head());
  }

  private static ParameterTable embedding() {
    return ParameterTable.of(
        column(WORDS)
            .on(FIRST)
            .vocabPaddedRows()
            .tiedCopy("word_embeddings.weight")
            .unless(TIED, "false"),
        column(WORDS).on(FIRST).vocabPaddedRows().when(TIED, "false"),
        replicated(POSITIONS + ".weight")
            .on(FIRST)
            .when("position_embedding_type", "null", "learned_absolute"),
        replicated(POSITIONS).on(FIRST).when("position_embedding_type", "learned_parameters"),
        replicated(MODEL + "rotary_pos_emb.inv_freq").on(EVERY).optional());
  }

  private static ParameterTable layer() {
    return ParameterTable.of(
        replicated(LAYER + "input_layernorm.weight"),
        replicated(LAYER + "input_layernorm.bias").unless("normalization", "rmsnorm"),
        column(QKV + "weight").cutBetween(HEADS).unless("megatron_legacy", "true"),
        column(QKV + "weight", 3).cutBetween(HEADS).when("megatron_legacy", "true"),
        column(QKV + "bias")
            .cutBetween(HEADS)
            .unless("megatron_legacy", "true")
            .unless("bias", "false"),
        column(QKV + "bias", 3)
            .cutBetween(HEADS)
            .when("megatron_legacy", "true")
            .unless("bias", "false"),
        row(LAYER + "self_attention.dense.weight").cutBetween(HEADS),
        replicated(LAYER + "self_attention.dense.bias").unless("bias", "false"),
        replicated(LAYER + "post_attention_layernorm.weight"),
        replicated(LAYER + "post_attention_layernorm.bias").unless("normalization", "rmsnorm"),
        column(MLP + "dense_h_to_4h.weight").unless("activation", FAST),
        column(MLP + "dense_h_to_4h.weight", 2).when("activation", FAST),
        column(MLP + "dense_h_to_4h.bias").unless("activation", FAST).unless("bias", "false"),
        column(MLP + "dense_h_to_4h.bias", 2).when("activation", FAST).unless("bias", "false"),
        column(MLP + "dense_h_to_4h_2.weight").when("activation", "geglu", "swiglu", "reglu"),
        column(MLP + "dense_h_to_4h_2.bias")
            .when("activation", "geglu", "swiglu", "reglu")
            .unless("bias", "false"),
        row(MLP + "dense_4h_to_h.weight"),
        replicated(MLP + "dense_4h_to_h.bias").unless("bias", "false"));
  }

  private static ParameterTable head() {
    return ParameterTable.of(
        replicated(MODEL + "encoder.final_layernorm.weight").on(LAST),
        replicated(MODEL + "encoder.final_layernorm.bias")
            .on(LAST)
            .unless("normalization", "rmsnorm"),
        column(MODEL + "output_layer.weight").on(LAST).vocabPaddedRows().when(TIED, "false"));
  }
}
