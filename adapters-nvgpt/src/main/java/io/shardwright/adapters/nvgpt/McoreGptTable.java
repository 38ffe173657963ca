package io.shardwright.adapters.nvgpt;

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
 * A GPT's parameters with {@code mcore_gpt: true}, and the canonical names (Megatron-LM
 * core_v0.5.0, {@code megatron/core/models/gpt/gpt_model.py}, {@code transformer/attention.py},
 * {@code transformer/mlp.py}).
 */
public final class McoreGptTable {
  public static final String WORDS = "embedding.word_embeddings.weight";
  static final String POSITIONS = "embedding.position_embeddings.weight";
  static final String ROTARY = "rotary_pos_emb.inv_freq";
  public static final String NORM = "decoder.final_layernorm.";
  public static final String OUTPUT = "output_layer.weight";
  public static final String LAYER = "decoder.layers.*.";
  public static final String QKV = LAYER + "self_attention.linear_qkv.";
  public static final String PROJECTION = LAYER + "self_attention.linear_proj.";
  public static final String UP = LAYER + "mlp.linear_fc1.";
  public static final String DOWN = LAYER + "mlp.linear_fc2.";
  static final String[] GATED = {
    "fast-geglu", "fast-swiglu", "fast-reglu", "geglu", "swiglu", "reglu"
  };
  public static final String HIDDEN = "hidden_size";
  public static final String FFN = "ffn_hidden_size | 4 * hidden_size";
  private static final String HEADS = "num_attention_heads";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final String BIAS = "bias";

  public static final String NAME = "name";
  static final String FALCON = "megatron_falcon_gpt";
  static final String TWO_NORMS = "mcore_customization_config.new_decoder_architecture";
  static final String PARALLEL = "mcore_customization_config.parallel_attention";
  static final String INPUT_NORM = LAYER + "input_layernorm.";
  public static final String MLP_NORM = LAYER + "pre_mlp_layernorm.";
  static final String LATER_NORM = LAYER + "post_self_attn_layernorm.";

  private McoreGptTable() {}

  static ParameterTable rows() {
    return embedding().and(falconNorms()).and(attention()).and(mlp()).and(head());
  }

  public static ParameterTable embedding() {
    var words = column(WORDS).on(FIRST).vocabPaddedRows().sized(Size.REST, HIDDEN);
    return ParameterTable.of(
        words.tiedCopy(OUTPUT).unless(TIED, "false"),
        words.when(TIED, "false"),
        replicated(POSITIONS)
            .on(FIRST)
            .sized("encoder_seq_length | 512", HIDDEN)
            .when("position_embedding_type", "null", "learned_absolute"),
        replicated(ROTARY).on(EVERY).optional());
  }

  /**
   * Falcon's norms are modules of their own (NeMo v1.23.0, {@code
   * nemo/collections/nlp/models/language_modeling/megatron/falcon/falcon_spec.py}).
   */
  private static ParameterTable falconNorms() {
    return ParameterTable.of(
        vector(INPUT_NORM + "weight").when(NAME, FALCON),
        vector(INPUT_NORM + BIAS).noDecay().when(NAME, FALCON),
        vector(MLP_NORM + "weight").when(NAME, FALCON).when(TWO_NORMS, "true"),
        vector(MLP_NORM + BIAS).noDecay().when(NAME, FALCON).when(TWO_NORMS, "true"),
        vector(LATER_NORM + "weight")
            .when(NAME, FALCON)
            .unless(TWO_NORMS, "true")
            .when(PARALLEL, "false"),
        vector(LATER_NORM + BIAS)
            .noDecay()
            .when(NAME, FALCON)
            .unless(TWO_NORMS, "true")
            .when(PARALLEL, "false"));
  }

  public static ParameterTable attention() {
    return ParameterTable.of(
        row(PROJECTION + "weight").cutBetween(HEADS).sized(HIDDEN, Size.HEAD).extraState(STORED),
        vector(PROJECTION + "bias").noDecay().unless(BIAS, "false"),
        vector(QKV + "layer_norm_weight").unless(NAME, FALCON),
        vector(QKV + "layer_norm_bias").unless("normalization", "rmsnorm").unless(NAME, FALCON),
        column(QKV + "weight").groupedQkv().sized(Size.HEAD, HIDDEN).extraState(STORED),
        column(QKV + "bias").groupedQkv().noDecay().unless(BIAS, "false"));
  }

  public static ParameterTable mlp() {
    return ParameterTable.of(
        vector(UP + "layer_norm_weight").unless(NAME, FALCON),
        vector(UP + "layer_norm_bias").unless("normalization", "rmsnorm").unless(NAME, FALCON),
        column(UP + "weight").sized(FFN, HIDDEN).extraState(STORED).unless("activation", GATED),
        column(UP + "weight", 2).sized(FFN, HIDDEN).extraState(STORED).when("activation", GATED),
        column(UP + "bias").sized(FFN).noDecay().unless("activation", GATED).unless(BIAS, "false"),
        column(UP + "bias", 2)
            .sized(FFN)
            .rankOrdered()
            .noDecay()
            .when("activation", GATED)
            .unless(BIAS, "false"),
        row(DOWN + "weight").sized(HIDDEN, FFN).extraState(STORED),
        vector(DOWN + "bias").noDecay().unless(BIAS, "false"));
  }

  public static ParameterTable head() {
    return ParameterTable.of(
        vector(NORM + "weight").on(LAST).extraState(STORED),
        vector(NORM + "bias").on(LAST).noDecay().unless("normalization", "rmsnorm"),
        column(OUTPUT)
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST, HIDDEN)
            .extraState(EMPTY)
            .when(TIED, "false"));
  }

  /** As long as a token's state, on every rank. */
  private static ParameterRule vector(String name) {
    return replicated(name).sized(HIDDEN);
  }
}
