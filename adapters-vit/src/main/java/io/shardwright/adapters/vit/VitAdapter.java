package io.shardwright.adapters.vit;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** NeMo 1.23's ViT classifier ({@code nemo/collections/vision/modules/vit/vit_backbone.py}). */
@AutoService(ModelFamilyAdapter.class)
public final class VitAdapter implements ModelFamilyAdapter {
  private static final String MODULE =
      "nemo.collections.vision.models.megatron_vit_classification_models";
  private static final String LAYER = "backbone.transformer.layers.*.";
  private static final String QKV = LAYER + "self_attention.query_key_value.";
  private static final String MLP = LAYER + "mlp.";
  private static final String HEADS = "num_attention_heads";
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};

  @Override
  public String id() {
    return "vit";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(RestoreClass.nemo(MODULE + ".MegatronVitClassificationModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.has("vision_pretraining_type") && config.has("patch_dim");
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ParameterTable.of(
        replicated("backbone.cls_token").on(FIRST).optional(),
        replicated("backbone.linear_encoder.weight").on(FIRST),
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
        column(QKV + "weight").cutBetween(HEADS).unless("megatron_legacy", "true"),
        column(QKV + "weight", 3).cutBetween(HEADS).when("megatron_legacy", "true"),
        column(QKV + "bias").cutBetween(HEADS).unless("megatron_legacy", "true").optional(),
        column(QKV + "bias", 3).cutBetween(HEADS).when("megatron_legacy", "true").optional(),
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
