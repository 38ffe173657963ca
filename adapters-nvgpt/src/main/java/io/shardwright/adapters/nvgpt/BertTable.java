package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * A BERT's parameters with {@code mcore_bert: false} (NeMo v1.23.0, {@code
 * nemo/collections/nlp/models/language_modeling/megatron/bert_model.py}), which has biases, GELU
 * and LayerNorm whatever its configuration says.
 */
final class BertTable {
  static final String BINARY = "bert_binary_head";
  static final String HIDDEN = "hidden_size";
  static final String POSITIONS = "position_embedding_type";
  static final String WORDS = "embedding.word_embeddings.weight";
  static final String PLACES = "embedding.position_embeddings.weight";
  static final String TYPES = "embedding.tokentype_embeddings.weight";
  static final String OUTPUT = "output_layer.weight";
  static final String OUTPUT_BIAS = "output_layer.bias";
  static final String HEAD_NORM = "lm_head.layernorm.weight";
  static final String LM_HEAD = "add_lm_head";
  static final String ORDER = "transformer_block_type";
  static final String POST = "post_ln";
  static final String INITIAL = "encoder.initial_layernorm.";
  static final String ENCODER = "encoder.";
  private static final String MODEL = "language_model.";
  private static final String LENGTH = "max_position_embeddings";

  private BertTable() {}

  static ParameterTable rows() {
    var layers = new LegacyLayers(MODEL + ENCODER, ENCODER, "", "");
    return embedding()
        .and(LegacyGptTable.positions())
        .and(
            layers
                .rows()
                .and(layers.last())
                .given("bias", "true")
                .given("normalization", "layernorm")
                .given("activation", "gelu")
                .given("headscale", "false"))
        .and(initial(MODEL))
        .and(pooler(MODEL))
        .and(output().unless(LM_HEAD, "false"));
  }

  private static ParameterTable output() {
    return ParameterTable.of(
            column("lm_head.bias")
                .of(OUTPUT_BIAS)
                .on(LAST)
                .vocabPaddedRows()
                .sized(Size.REST)
                .noDecay())
        .and(heads(vector(HEAD_NORM)));
  }

  /**
   * What NeMo 2 has before layers that are normalized after their parts.
   *
   * @param module before the names; empty for Megatron-Core's, whose norms decay as weights do
   */
  static ParameterTable initial(String module) {
    var weight = replicated(module + INITIAL + "weight").of(INITIAL + "weight");
    var bias = replicated(module + INITIAL + "bias").of(INITIAL + "bias");
    boolean apex = !module.isEmpty();
    return ParameterTable.of(
            (apex ? weight.noDecay() : weight).on(FIRST).sized(HIDDEN),
            bias.on(FIRST).sized(HIDDEN).noDecay())
        .when(ORDER, POST);
  }

  private static ParameterTable embedding() {
    return ParameterTable.of(
        column(MODEL + WORDS)
            .of(WORDS)
            .on(FIRST)
            .vocabPaddedRows()
            .sized(Size.REST, HIDDEN)
            .tiedCopy("word_embeddings.weight"),
        places(MODEL + PLACES).when(POSITIONS, "null", "learned_absolute"),
        places(MODEL + "embedding.position_embeddings").when(POSITIONS, "learned_parameters"),
        replicated(MODEL + TYPES).of(TYPES).on(FIRST).sized("2", HIDDEN).when(BINARY, "true"));
  }

  private static ParameterRule places(String name) {
    return replicated(name).of(PLACES).on(FIRST).sized(LENGTH, HIDDEN);
  }

  /**
   * What both networks have behind the encoder, where they tell pairs of sentences. A class that
   * tells words alone has none of it.
   */
  static ParameterTable pooler(String module) {
    return ParameterTable.of(
        replicated(module + "pooler.dense.weight")
            .of("pooler.dense.weight")
            .on(LAST)
            .sized(HIDDEN, HIDDEN)
            .zero()
            .when(BINARY, "true"),
        vector(module + "pooler.dense.bias").of("pooler.dense.bias").zero().when(BINARY, "true"));
  }

  /**
   * What both networks have before their output layers.
   *
   * @param norm the row of the norm's weight, of which the networks have other classes
   */
  static ParameterTable heads(ParameterRule norm) {
    return ParameterTable.of(
        replicated("lm_head.dense.weight").on(LAST).sized(HIDDEN, HIDDEN),
        vector("lm_head.dense.bias"),
        norm,
        vector("lm_head.layernorm.bias"),
        replicated("binary_head.weight").on(LAST).sized("2", HIDDEN).zero().when(BINARY, "true"),
        replicated("binary_head.bias").on(LAST).sized("2").noDecay().zero().when(BINARY, "true"));
  }

  private static ParameterRule vector(String name) {
    return replicated(name).on(LAST).sized(HIDDEN).noDecay();
  }
}
