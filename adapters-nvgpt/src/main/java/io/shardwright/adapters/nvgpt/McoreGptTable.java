package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;
import static io.shardwright.spi.Traits.ExtraState.STORED;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * The one table of Megatron-Core's GPTModel, and the canonical names: every parameter that a model
 * can have, and the configuration under which it has it (core_v0.5.0, which NeMo 1.23 runs, to
 * 0.19.2, {@code megatron/core/models/gpt/gpt_model.py}, {@code gpt_layer_specs.py}). Other
 * families narrow it. Keys are Megatron-Core's words as NeMo 1 spells them, where it can't say a
 * thing Megatron-Core's own; a layer's specification goes by the {@code name} of a model.
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

  /** Megatron-Core's quick_gelu with a gate, for which NeMo 1 has no word. */
  static final String QUICK_GATED = "quick-geglu";

  static final String[] GATED = {
    "fast-geglu", "fast-swiglu", "fast-reglu", "geglu", "swiglu", "reglu", QUICK_GATED
  };
  static final String HIDDEN = "hidden_size";
  static final String FFN = "ffn_hidden_size | 4 * hidden_size";
  private static final String TIED = "share_embeddings_and_output_weights";
  static final String BIAS = "bias";
  static final String NORMALIZATION = "normalization";
  static final String RMS = "rmsnorm";
  static final String HEADS = "num_attention_heads";
  public static final String EXPERTS = "num_moe_experts";

  public static final String NAME = "name";
  static final String FALCON = "megatron_falcon_gpt";
  public static final String GEMMA2 = "megatron_gemma2";
  public static final String GEMMA3 = "megatron_gemma3";
  public static final String GLM4 = "megatron_glm4";
  public static final String OLMO2 = "olmo2";
  static final String NEOX_PARALLEL = "gpt_neox";

  /** Names by which NeMo, or the class of a model, tells another specification of layers. */
  static final String[] SPECIFICATIONS = {FALCON, GEMMA2, GEMMA3, GLM4, OLMO2, NEOX_PARALLEL};

  /** Those that LLaMA's options go with. */
  static final String[] LLAMA_LIKE = {"null", GEMMA2, GEMMA3, GLM4};

  /** Their layers normalize what attention and MLP put out too. */
  static final String[] SANDWICHED = {GEMMA2, GEMMA3, GLM4};

  static final String TWO_NORMS = "mcore_customization_config.new_decoder_architecture";
  static final String PARALLEL = "mcore_customization_config.parallel_attention";
  public static final String INPUT_NORM = LAYER + "input_layernorm.";
  public static final String MLP_NORM = LAYER + "pre_mlp_layernorm.";
  static final String LATER_NORM = LAYER + "post_self_attn_layernorm.";

  private McoreGptTable() {}

  static ParameterTable rows() {
    return embedding().and(layer(LAYER)).and(norm()).and(McorePrediction.rows()).and(output());
  }

  private static ParameterTable embedding() {
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
   * The rows of a decoder's layer.
   *
   * @param layer what their names begin with, a star for the layer's number
   */
  static ParameterTable layer(String layer) {
    return McoreNorms.rows(layer)
        .and(McoreAttention.rows(layer))
        .and(McoreLatentAttention.rows(layer))
        .and(McoreLinearAttention.rows(layer))
        .and(McoreMlp.rows(layer))
        .and(McoreExperts.rows(layer));
  }

  private static ParameterTable norm() {
    return ParameterTable.of(
        vector(NORM + "weight").on(LAST).extraState(STORED),
        vector(NORM + "bias").on(LAST).noDecay().unless(NORMALIZATION, RMS));
  }

  private static ParameterTable output() {
    return ParameterTable.of(
        column(OUTPUT)
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST, HIDDEN)
            .extraState(EMPTY)
            .when(TIED, "false"));
  }

  /** As long as a token's state, on every rank. */
  static ParameterRule vector(String name) {
    return replicated(name).sized(HIDDEN);
  }
}
