package io.shardwright.adapters.vit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.List;

class ClipConformanceTest extends AdapterConformance {
  private static final SampleModel SMALL =
      SampleModel.of(
          "small",
          """
          target: nemo.collections.multimodal.models.vision_language_foundation.clip.megatron_clip_models.MegatronCLIPModel
          make_vocab_size_divisible_by: 16
          vision:
            num_layers: 2
            hidden_size: 16
            ffn_hidden_size: 64
            num_attention_heads: 4
            normalization: layernorm
            megatron_legacy: false
            output_dim: 12
            patch_dim: 4
            img_h: 16
            img_w: 16
            num_channels: 3
            class_token_length: 2
            preprocess_layernorm: true
          text:
            num_layers: 2
            hidden_size: 16
            ffn_hidden_size: 64
            num_attention_heads: 4
            normalization: layernorm
            megatron_legacy: false
            max_position_embeddings: 16
            output_dim: 12
          """);

  @Override
  protected ModelFamilyAdapter adapter() {
    return new ClipAdapter();
  }

  private static SampleModel both(SampleModel model, String key, String value) {
    return model.with("vision." + key, value).with("text." + key, value);
  }

  @Override
  protected List<SampleModel> samples() {
    var parameters =
        both(
                both(SMALL, "position_embedding_type", "learned_parameters"),
                "activation",
                "fast-geglu")
            .with("vision.layerscale", "true")
            .with("vision.class_token_length", "1");
    return List.of(
        SMALL.listing(listing("clip-tp1")).listing(listing("clip-tp2")),
        parameters.listing(listing("clip-parameters-tp1")).listing(listing("clip-parameters-tp2")),
        both(SMALL, "megatron_legacy", "true")
            .with("text.position_embedding_type", "rope")
            .listing(listing("clip-rotary-tp1"))
            .listing(listing("clip-rotary-tp2")),
        SMALL.with("text.position_embedding_type", "xpos"),
        both(
                both(both(SMALL, "activation", "approx-gelu"), "bias_activation_fusion", "false"),
                "openai_gelu",
                "false")
            .with("vision.class_token_length", "1")
            .with("vision.global_average_pool", "false")
            .with("vision.onnx_safe", "false")
            .with("text.onnx_safe", "false"),
        both(both(SMALL, "normalization", "rmsnorm"), "activation", "swiglu"),
        SMALL
            .with("vision.hidden_size", "24")
            .with("vision.num_attention_heads", "2")
            .with("text.num_layers", "3")
            .with("text.position_embedding_type", "kerple")
            .with("vision.class_token_length", "0")
            .with("vision.preprocess_layernorm", "false"));
  }

  private static String listing(String file) {
    return HuggingFaceModel.text(ClipConformanceTest.class, "/listings/" + file + ".txt");
  }
}
