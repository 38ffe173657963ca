package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;

import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Traits;

/**
 * The names with {@code mcore_gpt: false} (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/language_model.py} and {@code transformer.py}).
 */
final class LegacyLlamaTable {
  private static final String MODEL = "language_model.";
  private static final String LAYER = MODEL + "encoder.layers.*.";
  private static final String QKV = LAYER + "self_attention.query_key_value.";
  private static final String UP = LAYER + "mlp.dense_h_to_4h";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final int[][] BY_KIND = {{1, 0, 2}, {3}};

  private LegacyLlamaTable() {}

  static ParameterTable rows() {
    return ParameterTable.of(
            column(MODEL + "embedding.word_embeddings.weight")
                .of(McoreLlamaTable.WORDS)
                .on(FIRST)
                .vocabPaddedRows()
                .tiedCopy("word_embeddings.weight")
                .unless(TIED, "false"),
            column(MODEL + "embedding.word_embeddings.weight")
                .of(McoreLlamaTable.WORDS)
                .on(FIRST)
                .vocabPaddedRows()
                .when(TIED, "false"),
            replicated(MODEL + "rotary_pos_emb.inv_freq")
                .of(McoreLlamaTable.ROTARY)
                .on(EVERY)
                .with(Traits.NONE.inverseFrequencies()),
            replicated(LAYER + "input_layernorm.weight")
                .of(McoreLlamaTable.QKV + "layer_norm_weight"),
            column(QKV + "weight")
                .of(McoreLlamaTable.QKV + "weight")
                .groupedQkv()
                .extraState(EMPTY)
                .unless("megatron_legacy", "true"),
            column(QKV + "weight")
                .of(McoreLlamaTable.QKV + "weight")
                .groupedQkv()
                .stored(BY_KIND)
                .extraState(EMPTY)
                .when("megatron_legacy", "true"),
            row(LAYER + "self_attention.dense.weight")
                .of(McoreLlamaTable.PROJECTION)
                .cutBetween("num_attention_heads")
                .extraState(EMPTY),
            replicated(LAYER + "post_attention_layernorm.weight")
                .of(McoreLlamaTable.UP + "layer_norm_weight"),
            column(UP + ".weight", 2)
                .of(McoreLlamaTable.UP + "weight")
                .extraState(EMPTY)
                .when("activation", "fast-swiglu", "fast-geglu"),
            column(UP + ".weight", 2)
                .of(McoreLlamaTable.UP + "weight")
                .part(0, 0, 1)
                .extraState(EMPTY)
                .when("activation", "swiglu"),
            column(UP + "_2.weight", 2)
                .of(McoreLlamaTable.UP + "weight")
                .part(0, 1, 2)
                .extraState(EMPTY)
                .when("activation", "swiglu"),
            row(LAYER + "mlp.dense_4h_to_h.weight").of(McoreLlamaTable.DOWN).extraState(EMPTY),
            replicated(MODEL + "encoder.final_layernorm.weight").of(McoreLlamaTable.NORM).on(LAST),
            column(MODEL + "output_layer.weight")
                .of(McoreLlamaTable.OUTPUT)
                .on(LAST)
                .vocabPaddedRows()
                .extraState(EMPTY)
                .when(TIED, "false"))
        .sizedAs(McoreLlamaTable.rows());
  }
}
