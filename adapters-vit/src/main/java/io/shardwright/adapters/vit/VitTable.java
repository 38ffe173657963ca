package io.shardwright.adapters.vit;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/** The parameters of NeMo 1.23's ViT ({@code nemo/collections/vision/modules/vit}). */
final class VitTable {
  static final String LAYER = "backbone.transformer.layers.*.";
  static final String QKV = LAYER + "self_attention.query_key_value.";
  static final String MLP = LAYER + "mlp.";
  static final String PATCHES = "backbone.linear_encoder.weight";
  private static final String HIDDEN = "hidden_size";
  private static final String FFN = "ffn_hidden_size";
  private static final String CLASSES = "num_classes";
  private static final String POSITIONS =
      "img_h / patch_dim * (img_w / patch_dim) + (class_token_length | 8)";
  private static final String BY_KIND = "megatron_legacy";
  private static final String HEADS = "num_attention_heads";
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};

  private VitTable() {}

  static ParameterTable rows() {
    return embedding().and(attention()).and(mlp()).and(head());
  }

  private static ParameterTable embedding() {
    return ParameterTable.of(
        replicated("backbone.cls_token")
            .on(FIRST)
            .sized("1", "class_token_length | 8", HIDDEN)
            .optional(),
        replicated(PATCHES)
            .on(FIRST)
            .factored(1, count("patch_dim"), count("patch_dim"), rest())
            .sized(HIDDEN, "num_channels"),
        vector("backbone.linear_encoder.bias").noDecay().on(FIRST),
        replicated("backbone.position_embeddings.weight")
            .on(FIRST)
            .sized(POSITIONS, HIDDEN)
            .when("position_embedding_type", "null", "learned_absolute"),
        replicated("backbone.position_embeddings")
            .on(FIRST)
            .sized(POSITIONS, HIDDEN)
            .when("position_embedding_type", "learned_parameters"),
        vector("backbone.preprocess_layernorm.weight").noDecay().on(FIRST).optional(),
        vector("backbone.preprocess_layernorm.bias").noDecay().on(FIRST).optional());
  }

  private static ParameterTable attention() {
    var weight = column(QKV + "weight").groupedQkv().sized(Size.HEAD, HIDDEN);
    var bias = column(QKV + "bias").groupedQkv().noDecay().optional();
    return ParameterTable.of(
        vector(LAYER + "input_layernorm.weight").noDecay(),
        vector(LAYER + "input_layernorm.bias").noDecay().unless("normalization", "rmsnorm"),
        weight.unless(BY_KIND, "true"),
        weight.stored(new int[] {1, 0, 2}, new int[] {3}).when(BY_KIND, "true"),
        bias.unless(BY_KIND, "true"),
        bias.stored(new int[] {1, 0, 2}).when(BY_KIND, "true"),
        row(LAYER + "self_attention.dense.weight").cutBetween(HEADS).sized(HIDDEN, Size.HEAD),
        vector(LAYER + "self_attention.dense.bias").noDecay().optional());
  }

  private static ParameterTable mlp() {
    return ParameterTable.of(
        vector(LAYER + "post_attention_layernorm.weight").noDecay(),
        vector(LAYER + "post_attention_layernorm.bias")
            .noDecay()
            .unless("normalization", "rmsnorm"),
        column(MLP + "dense_h_to_4h.weight").sized(FFN, HIDDEN).unless("activation", FAST),
        column(MLP + "dense_h_to_4h.weight", 2).sized(FFN, HIDDEN).when("activation", FAST),
        column(MLP + "dense_h_to_4h.bias")
            .noDecay()
            .sized(FFN)
            .unless("activation", FAST)
            .optional(),
        column(MLP + "dense_h_to_4h.bias", 2)
            .noDecay()
            .sized(FFN)
            .when("activation", FAST)
            .optional(),
        column(MLP + "dense_h_to_4h_2.weight")
            .sized(FFN, HIDDEN)
            .when("activation", "geglu", "swiglu", "reglu"),
        column(MLP + "dense_h_to_4h_2.bias").noDecay().sized(FFN).optional(),
        row(MLP + "dense_4h_to_h.weight").sized(HIDDEN, FFN),
        vector(MLP + "dense_4h_to_h.bias").noDecay().optional(),
        vector(LAYER + "post_attention_layerscale.gamma").optional(),
        vector(LAYER + "post_mlp_layerscale.gamma").optional());
  }

  private static ParameterTable head() {
    return ParameterTable.of(
        vector("backbone.transformer.final_layernorm.weight").noDecay().on(LAST),
        vector("backbone.transformer.final_layernorm.bias")
            .noDecay()
            .on(LAST)
            .unless("normalization", "rmsnorm"),
        replicated("head.weight").on(LAST).sized(CLASSES, HIDDEN).optional(),
        replicated("head.bias").noDecay().on(LAST).sized(CLASSES).optional(),
        replicated("head.dense_in.weight").on(LAST).sized(HIDDEN, HIDDEN).optional(),
        vector("head.dense_in.bias").noDecay().on(LAST).optional(),
        replicated("head.dense_out.weight").on(LAST).sized(CLASSES, HIDDEN).optional(),
        replicated("head.dense_out.bias").noDecay().on(LAST).sized(CLASSES).optional());
  }

  private static ParameterRule vector(String name) {
    return replicated(name).sized(HIDDEN);
  }
}
