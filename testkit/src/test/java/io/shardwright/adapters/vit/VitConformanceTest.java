package io.shardwright.adapters.vit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;
import java.util.Set;

class VitConformanceTest extends AdapterConformance {
  private static final SampleModel PRETRAINED =
      SampleModel.of(
          "pre-trained",
          """
          target: nemo.collections.vision.models.megatron_vit_classification_models.MegatronVitClassificationModel
          vision_pretraining_type: classify
          num_classes: 10
          patch_dim: 8
          img_h: 32
          img_w: 32
          num_channels: 3
          class_token_length: 1
          num_layers: 2
          hidden_size: 48
          ffn_hidden_size: 192
          num_attention_heads: 4
          normalization: layernorm
          """);

  @Override
  protected ModelFamilyAdapter adapter() {
    return new VitAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    var real =
        PRETRAINED
            .with("num_layers", "3")
            .with("class_token_length", "8")
            .listing(listing("vit-tp1"))
            .listing(listing("vit-tp2"));
    var legacy = PRETRAINED.with("megatron_legacy", "true");
    return List.of(
        real,
        PRETRAINED.with("finetune", "true"),
        PRETRAINED.as("VisionTransformer"),
        legacy,
        PRETRAINED.with("normalization", "rmsnorm"),
        PRETRAINED.with("position_embedding_type", "learned_parameters"),
        PRETRAINED.with("activation", "swiglu"),
        PRETRAINED.with("activation", "fast-swiglu"));
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(VitConformanceTest.class, "/listings/" + file + ".txt");
  }

  @Override
  protected Set<String> readOnlyClasses() {
    return Set.of("VisionTransformer");
  }
}
