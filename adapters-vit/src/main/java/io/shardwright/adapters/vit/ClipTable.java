package io.shardwright.adapters.vit;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;

import io.shardwright.adapters.nvgpt.LegacyLayers;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * The parameters of NeMo 1.23's CLIP ({@code
 * nemo/collections/multimodal/models/vision_language_foundation/clip/megatron_clip_models.py}): a
 * ViT without a classifier and a GPT without an output layer, each with a projection.
 */
final class ClipTable {
  static final String VISION = "vision_encoder.";
  static final String TEXT = "text_encoder.";
  static final String BACKBONE = VISION + "backbone.";
  static final String MODEL = TEXT + "language_model.";
  static final String VISION_LAYERS = VISION + "decoder.";
  static final String TEXT_LAYERS = TEXT + "decoder.";
  static final String PATCHES = BACKBONE + "linear_encoder.weight";
  static final String PLACES = BACKBONE + "position_embeddings";
  static final String WORDS = MODEL + "embedding.word_embeddings.weight";
  static final String TEXT_PLACES = MODEL + "embedding.position_embeddings";
  static final String VISION_POSITIONS = "vision.position_embedding_type";
  static final String TEXT_POSITIONS = "text.position_embedding_type";
  private static final String WIDTH = "vision.hidden_size";
  private static final String TOKENS = "vision.class_token_length";
  private static final String GRID =
      "vision.img_h / vision.patch_dim * (vision.img_w / vision.patch_dim)";
  private static final String LENGTH = GRID + " + " + TOKENS + " | " + GRID;
  private static final String[] ABSOLUTE = {"null", "learned_absolute"};
  private static final String PARAMETERS = "learned_parameters";

  private ClipTable() {}

  static ParameterTable rows() {
    return ParameterTable.of(replicated("logit_scale").on(FIRST)).and(vision()).and(text());
  }

  private static ParameterTable vision() {
    var layers = new LegacyLayers(BACKBONE + "transformer.", VISION_LAYERS, "vision.", "vision");
    return patches()
        .and(plain(layers).given(VISION_POSITIONS, "learned_absolute"))
        .and(
            ParameterTable.of(
                scale(layers, "post_attention_layerscale.gamma"),
                scale(layers, "post_mlp_layerscale.gamma"),
                replicated(VISION + "head.weight").on(LAST).sized("vision.output_dim", WIDTH)));
  }

  private static ParameterTable patches() {
    String norm = BACKBONE + "preprocess_layernorm.";
    var places = replicated(PLACES).on(FIRST).sized(LENGTH, WIDTH);
    return ParameterTable.of(
        replicated(BACKBONE + "cls_token")
            .on(FIRST)
            .sized("1", TOKENS, WIDTH)
            .unless(TOKENS, "null", "0"),
        places.when(VISION_POSITIONS, PARAMETERS),
        replicated(PATCHES)
            .on(FIRST)
            .factored(1, count("vision.patch_dim"), count("vision.patch_dim"), rest())
            .sized(WIDTH, "vision.num_channels"),
        vector(BACKBONE + "linear_encoder.bias").noDecay().zero(),
        replicated(PLACES + ".weight")
            .of(PLACES)
            .on(FIRST)
            .sized(LENGTH, WIDTH)
            .when(VISION_POSITIONS, ABSOLUTE),
        vector(norm + "weight").noDecay().when("vision.preprocess_layernorm", "true"),
        vector(norm + "bias").noDecay().when("vision.preprocess_layernorm", "true"));
  }

  private static ParameterRule vector(String name) {
    return replicated(name).on(FIRST).sized(WIDTH);
  }

  /** Both towers have biases and norms before their parts, whatever their configurations say. */
  private static ParameterTable plain(LegacyLayers layers) {
    return layers
        .rows()
        .and(layers.last())
        .given(layers.key("bias"), "true")
        .given(layers.key("headscale"), "false")
        .given(layers.key("transformer_block_type"), "pre_ln");
  }

  private static ParameterRule scale(LegacyLayers layers, String name) {
    return replicated(layers.module() + "layers.*." + name)
        .of(layers.canonical() + "layers.*." + name)
        .sized(WIDTH)
        .when("vision.layerscale", "true");
  }

  private static ParameterTable text() {
    var layers = new LegacyLayers(MODEL + "encoder.", TEXT_LAYERS, "text.", "text");
    String width = "text.hidden_size";
    String length = "text.max_position_embeddings";
    var places = replicated(TEXT_PLACES).on(FIRST).sized(length, width);
    return ParameterTable.of(
            places.when(TEXT_POSITIONS, PARAMETERS),
            column(WORDS).on(FIRST).vocabPaddedRows().sized(Size.REST, width),
            replicated(TEXT_PLACES + ".weight")
                .of(TEXT_PLACES)
                .on(FIRST)
                .sized(length, width)
                .when(TEXT_POSITIONS, ABSOLUTE),
            replicated(MODEL + "rotary_pos_emb.inv_freq")
                .on(FIRST)
                .float32()
                .when(TEXT_POSITIONS, "rope"),
            kerple("b"),
            kerple("a"),
            kerple("p"))
        .and(plain(layers))
        .and(
            ParameterTable.of(
                replicated(TEXT + "head.weight").on(LAST).sized("text.output_dim", width)));
  }

  private static ParameterRule kerple(String letter) {
    return replicated(MODEL + "encoder_relative_position_embedding.kerple_" + letter)
        .on(FIRST)
        .sized("text.num_attention_heads", "1", "1")
        .when(TEXT_POSITIONS, "kerple");
  }
}
