package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/**
 * A GPT's parameters with {@code mcore_gpt: false} (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/language_model.py} and {@code transformer.py}).
 */
final class LegacyGptTable {
  private static final String MODEL = "language_model.";
  private static final String LAYER = MODEL + "encoder.layers.*.";
  private static final String QKV = LAYER + "self_attention.query_key_value.";
  private static final String DENSE = LAYER + "self_attention.dense.";
  private static final String MLP = LAYER + "mlp.";
  private static final String HEADS = "num_attention_heads";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final String WORDS = MODEL + "embedding.word_embeddings.weight";
  private static final String POSITIONS = MODEL + "embedding.position_embeddings";
  private static final String NORM = MODEL + "encoder.final_layernorm.";
  private static final String BIAS = "bias";
  private static final String XPOS = "self_attention.core_attention.xpos.scale";
  private static final String ORDER = "transformer_block_type";
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};
  private static final String[] TWO = {"geglu", "swiglu", "reglu"};

  private LegacyGptTable() {}

  static ParameterTable rows() {
    return embedding()
        .and(positions())
        .and(attention())
        .and(mlp())
        .and(head())
        .sizedAs(McoreGptTable.rows());
  }

  private static ParameterTable embedding() {
    var words = column(WORDS).of(McoreGptTable.WORDS).on(FIRST).vocabPaddedRows();
    return ParameterTable.of(
        words.tiedCopy("word_embeddings.weight").unless(TIED, "false"),
        words.when(TIED, "false"),
        replicated(POSITIONS + ".weight")
            .of(McoreGptTable.POSITIONS)
            .on(FIRST)
            .sized("max_position_embeddings")
            .when("position_embedding_type", "null", "learned_absolute"),
        replicated(POSITIONS)
            .of(McoreGptTable.POSITIONS)
            .on(FIRST)
            .sized("max_position_embeddings")
            .when("position_embedding_type", "learned_parameters"));
  }

  /** Parameters of positions that all stages have. */
  static ParameterTable positions() {
    return ParameterTable.of(
        replicated(MODEL + "rotary_pos_emb.inv_freq")
            .of(McoreGptTable.ROTARY)
            .on(EVERY)
            .inverseFrequencies()
            .when("position_embedding_type", "rope"),
        kerple("b"),
        kerple("a"),
        kerple("p"));
  }

  private static ParameterRule kerple(String letter) {
    String name = "encoder_relative_position_embedding.kerple_" + letter;
    return replicated(MODEL + name)
        .of(name)
        .on(EVERY)
        .sized(HEADS, "1", "1")
        .when("position_embedding_type", "kerple");
  }

  private static ParameterTable attention() {
    var weight = column(QKV + "weight").of(McoreGptTable.QKV + "weight").groupedQkv();
    var bias = column(QKV + "bias").of(McoreGptTable.QKV + "bias").groupedQkv().noDecay();
    return ParameterTable.of(
        replicated(LAYER + "input_layernorm.weight")
            .of(McoreGptTable.QKV + "layer_norm_weight")
            .noDecay(),
        replicated(LAYER + "input_layernorm.bias")
            .of(McoreGptTable.QKV + "layer_norm_bias")
            .noDecay()
            .unless("normalization", "rmsnorm"),
        replicated(LAYER + XPOS)
            .of(McoreGptTable.LAYER + XPOS)
            .float32()
            .when("position_embedding_type", "xpos"),
        row(LAYER + "self_attention.head_scale_tensor")
            .of(McoreGptTable.LAYER + "self_attention.head_scale_tensor")
            .sized("1", HEADS, "1", "1")
            .when("headscale", "true"),
        weight.extraState(EMPTY).unless("megatron_legacy", "true"),
        byKind(weight.extraState(EMPTY), 3),
        bias.unless("megatron_legacy", "true").unless(BIAS, "false"),
        byKind(bias).unless(BIAS, "false"),
        row(DENSE + "weight")
            .of(McoreGptTable.PROJECTION + "weight")
            .cutBetween(HEADS)
            .extraState(EMPTY),
        replicated(DENSE + "bias")
            .of(McoreGptTable.PROJECTION + "bias")
            .noDecay()
            .unless(BIAS, "false"));
  }

  /** All queries, then all keys, then all values, on every rank. */
  private static ParameterRule byKind(ParameterRule rule, int... inputs) {
    int[][] axes = inputs.length == 0 ? new int[][] {{1, 0, 2}} : new int[][] {{1, 0, 2}, inputs};
    return rule.stored(axes).when("megatron_legacy", "true");
  }

  private static ParameterTable mlp() {
    var norm = LAYER + "post_attention_layernorm.";
    return ParameterTable.of(
            replicated(norm + "weight").of(McoreGptTable.UP + "layer_norm_weight").noDecay(),
            replicated(norm + "bias")
                .of(McoreGptTable.UP + "layer_norm_bias")
                .noDecay()
                .unless("normalization", "rmsnorm"))
        .and(up("weight"))
        .and(up(BIAS))
        .and(
            ParameterTable.of(
                row(MLP + "dense_4h_to_h.weight")
                    .of(McoreGptTable.DOWN + "weight")
                    .extraState(EMPTY),
                replicated(MLP + "dense_4h_to_h.bias")
                    .of(McoreGptTable.DOWN + BIAS)
                    .noDecay()
                    .unless(BIAS, "false")));
  }

  private static ParameterTable up(String kind) {
    String first = MLP + "dense_h_to_4h." + kind;
    String second = MLP + "dense_h_to_4h_2." + kind;
    String of = McoreGptTable.UP + kind;
    var rows =
        ParameterTable.of(
            column(first).of(of).unless("activation", McoreGptTable.GATED),
            column(first, 2).of(of).when("activation", FAST),
            column(first, 2).of(of).part(0, 0, 1).when("activation", TWO),
            column(second, 2).of(of).part(0, 1, 2).when("activation", TWO));
    return new ParameterTable(
        rows.rules().stream()
            .map(
                rule ->
                    kind.equals(BIAS)
                        ? rule.noDecay().unless(BIAS, "false")
                        : rule.extraState(EMPTY))
            .toList());
  }

  private static ParameterTable head() {
    return ParameterTable.of(
        replicated(NORM + "weight")
            .of(McoreGptTable.NORM + "weight")
            .on(LAST)
            .noDecay()
            .unless(ORDER, "post_ln"),
        replicated(NORM + "bias")
            .of(McoreGptTable.NORM + "bias")
            .noDecay()
            .on(LAST)
            .unless(ORDER, "post_ln")
            .unless("normalization", "rmsnorm"),
        column(MODEL + "output_layer.weight")
            .of(McoreGptTable.OUTPUT)
            .on(LAST)
            .vocabPaddedRows()
            .extraState(EMPTY)
            .when(TIED, "false"));
  }
}
