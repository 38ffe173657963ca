package io.shardwright.adapters.vit;

import com.google.auto.service.AutoService;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;
import java.util.Map;

/** NeMo 1.23's ViT classifier ({@code nemo/collections/vision/modules/vit/vit_backbone.py}). */
@AutoService(ModelFamilyAdapter.class)
public final class VitAdapter implements ModelFamilyAdapter {
  static final String MODEL =
      "nemo.collections.vision.models.megatron_vit_classification_models"
          + ".MegatronVitClassificationModel";

  @Override
  public String id() {
    return "vit";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(RestoreClass.nemo(MODEL));
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

  /** NeMo v1.23.0, {@code vit_backbone.py} and {@code megatron_vit_classification_models.py}. */
  @Override
  public Map<String, String> defaults() {
    return Map.of(
        "class_token_length", "8",
        "finetune", "false",
        "activation", "gelu",
        "bias_activation_fusion", "false",
        "layerscale", "false",
        "preprocess_layernorm", "false",
        "position_embedding_type", "learned_absolute");
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return VitTable.rows();
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return List.of(HuggingFaceVit.model(), TimmVit.model());
  }
}
