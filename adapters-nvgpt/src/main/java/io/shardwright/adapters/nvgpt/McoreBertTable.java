package io.shardwright.adapters.nvgpt;

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
 * A BERT's parameters with {@code mcore_bert: true} (Megatron-LM core_v0.5.0, {@code
 * megatron/core/models/bert/bert_model.py}). The output layer is a part of two modules, and files
 * have it under both names. With norms behind the layers' parts it has no output layer.
 */
final class McoreBertTable {
  private static final String LAYER = BertTable.ENCODER + "layers.*.";
  private static final String QKV = LAYER + "self_attention.linear_qkv.";
  private static final String PROJECTION = LAYER + "self_attention.linear_proj.";
  private static final String UP = LAYER + "mlp.linear_fc1.";
  private static final String DOWN = LAYER + "mlp.linear_fc2.";
  private static final String NORM = BertTable.ENCODER + "final_layernorm.";
  private static final String HIDDEN = BertTable.HIDDEN;
  private static final String FFN = "ffn_hidden_size";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final String HEAD = "lm_head.";
  private static final String BIAS = "bias";

  private McoreBertTable() {}

  static ParameterTable rows() {
    return embedding()
        .and(attention())
        .and(mlp())
        .and(afterwards())
        .and(BertTable.initial(""))
        .and(heads().unless(BertTable.ORDER, BertTable.POST))
        .and(BertTable.pooler(""));
  }

  private static ParameterTable heads() {
    return ParameterTable.of(last("weight").extraState(STORED), last(BIAS).noDecay())
        .and(BertTable.heads(vector(BertTable.HEAD_NORM).on(LAST)))
        .and(output());
  }

  private static ParameterTable embedding() {
    var words = column(BertTable.WORDS).on(FIRST).vocabPaddedRows().sized(Size.REST, HIDDEN);
    return ParameterTable.of(
        words.tiedCopy(HEAD + BertTable.OUTPUT).tiedCopy(BertTable.OUTPUT).unless(TIED, "false"),
        words.when(TIED, "false"),
        replicated(BertTable.PLACES).on(FIRST).sized("max_position_embeddings", HIDDEN),
        replicated(BertTable.TYPES).on(FIRST).sized("2", HIDDEN).when(BertTable.BINARY, "true"));
  }

  private static ParameterTable attention() {
    return ParameterTable.of(
        row(PROJECTION + "weight")
            .cutBetween("num_attention_heads")
            .sized(HIDDEN, Size.HEAD)
            .extraState(STORED),
        vector(PROJECTION + BIAS).noDecay().unless(BIAS, "false"),
        before(QKV + "layer_norm_weight"),
        before(QKV + "layer_norm_bias"),
        column(QKV + "weight").groupedQkv().sized(Size.HEAD, HIDDEN).extraState(STORED),
        column(QKV + BIAS).groupedQkv().noDecay().unless(BIAS, "false"));
  }

  private static ParameterTable mlp() {
    return ParameterTable.of(
        before(UP + "layer_norm_weight"),
        before(UP + "layer_norm_bias"),
        column(UP + "weight").sized(FFN, HIDDEN).extraState(STORED),
        column(UP + BIAS).sized(FFN).noDecay().unless(BIAS, "false"),
        row(DOWN + "weight").sized(HIDDEN, FFN).extraState(STORED),
        vector(DOWN + BIAS).noDecay().unless(BIAS, "false"));
  }

  private static ParameterRule before(String name) {
    return vector(name).unless(BertTable.ORDER, BertTable.POST);
  }

  /** The same norms where they stand behind the parts (NeMo v2.0.0, {@code bert/bert_model.py}). */
  private static ParameterTable afterwards() {
    return ParameterTable.of(
            vector(LAYER + "post_att_layernorm.weight").of(QKV + "layer_norm_weight"),
            vector(LAYER + "post_att_layernorm.bias").of(QKV + "layer_norm_bias").noDecay(),
            vector(LAYER + "post_mlp_layernorm.weight").of(UP + "layer_norm_weight"),
            vector(LAYER + "post_mlp_layernorm.bias").of(UP + "layer_norm_bias").noDecay())
        .when(BertTable.ORDER, BertTable.POST);
  }

  private static ParameterTable output() {
    var weight =
        column(HEAD + BertTable.OUTPUT)
            .of(BertTable.OUTPUT)
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST, HIDDEN)
            .when(TIED, "false");
    var bias =
        column(HEAD + BertTable.OUTPUT_BIAS)
            .of(BertTable.OUTPUT_BIAS)
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST)
            .noDecay()
            .extraState(EMPTY);
    return ParameterTable.of(
        weight, bias, again(weight, BertTable.OUTPUT), again(bias, BertTable.OUTPUT_BIAS));
  }

  /** The same under its other name. */
  private static ParameterRule again(ParameterRule row, String name) {
    return column(name)
        .of(name)
        .on(LAST)
        .with(row.arrangement())
        .with(row.traits())
        .copy()
        .given(row.conditions());
  }

  private static ParameterRule last(String part) {
    return vector(NORM + part).on(LAST);
  }

  private static ParameterRule vector(String name) {
    return replicated(name).sized(HIDDEN);
  }
}
