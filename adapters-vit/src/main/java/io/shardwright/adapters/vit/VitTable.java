package io.shardwright.adapters.vit;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.ParameterTable;

/** The parameters of NeMo 1.23's ViT ({@code nemo/collections/vision/modules/vit}). */
final class VitTable {
  static final String LAYER = "backbone.transformer.layers.*.";
  static final String QKV = LAYER + "self_attention.query_key_value.";
  static final String MLP = LAYER + "mlp.";
  static final String PATCHES = "backbone.linear_encoder.weight";
  private static final String HEADS = "num_attention_heads";
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};

  private VitTable() {}

  static ParameterTable rows() {
    return ParameterTable.of(
        replicated("backbone.cls_token").on(FIRST).optional(),
        replicated(PATCHES).on(FIRST).factored(1, count("patch_dim"), count("patch_dim"), rest()),
        replicated("backbone.linear_encoder.bias").on(FIRST),
        replicated("backbone.position_embeddings.weight")
            .on(FIRST)
            .when("position_embedding_type", "null", "learned_absolute"),
        replicated("backbone.position_embeddings")
            .on(FIRST)
            .when("position_embedding_type", "learned_parameters"),
        replicated("backbone.preprocess_layernorm.weight").on(FIRST).optional(),
        replicated("backbone.preprocess_layernorm.bias").on(FIRST).optional(),
        replicated(LAYER + "input_layernorm.weight"),
        replicated(LAYER + "input_layernorm.bias").unless("normalization", "rmsnorm"),
        column(QKV + "weight").groupedQkv().unless("megatron_legacy", "true"),
        column(QKV + "weight")
            .groupedQkv()
            .stored(new int[] {1, 0, 2}, new int[] {3})
            .when("megatron_legacy", "true"),
        column(QKV + "bias").groupedQkv().unless("megatron_legacy", "true").optional(),
        column(QKV + "bias")
            .groupedQkv()
            .stored(new int[] {1, 0, 2})
            .when("megatron_legacy", "true")
            .optional(),
        row(LAYER + "self_attention.dense.weight").cutBetween(HEADS),
        replicated(LAYER + "self_attention.dense.bias").optional(),
        replicated(LAYER + "post_attention_layernorm.weight"),
        replicated(LAYER + "post_attention_layernorm.bias").unless("normalization", "rmsnorm"),
        column(MLP + "dense_h_to_4h.weight").unless("activation", FAST),
        column(MLP + "dense_h_to_4h.weight", 2).when("activation", FAST),
        column(MLP + "dense_h_to_4h.bias").unless("activation", FAST).optional(),
        column(MLP + "dense_h_to_4h.bias", 2).when("activation", FAST).optional(),
        column(MLP + "dense_h_to_4h_2.weight").when("activation", "geglu", "swiglu", "reglu"),
        column(MLP + "dense_h_to_4h_2.bias").optional(),
        row(MLP + "dense_4h_to_h.weight"),
        replicated(MLP + "dense_4h_to_h.bias").optional(),
        replicated(LAYER + "post_attention_layerscale.gamma").optional(),
        replicated(LAYER + "post_mlp_layerscale.gamma").optional(),
        replicated("backbone.transformer.final_layernorm.weight").on(LAST),
        replicated("backbone.transformer.final_layernorm.bias")
            .on(LAST)
            .unless("normalization", "rmsnorm"),
        replicated("head.weight").on(LAST).optional(),
        replicated("head.bias").on(LAST).optional(),
        replicated("head.dense_in.weight").on(LAST).optional(),
        replicated("head.dense_in.bias").on(LAST).optional(),
        replicated("head.dense_out.weight").on(LAST).optional(),
        replicated("head.dense_out.bias").on(LAST).optional());
  }
}
