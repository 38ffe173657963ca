package io.shardwright.adapters.vit;

import static io.shardwright.spi.KeyRule.unreadable;

import com.google.auto.service.AutoService;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** NeMo 1.23's CLIP: a tower for pictures and one for texts. */
@AutoService(ModelFamilyAdapter.class)
public final class ClipAdapter implements ModelFamilyAdapter {
  static final String MODEL =
      "nemo.collections.multimodal.models.vision_language_foundation.clip.megatron_clip_models"
          + ".MegatronCLIPModel";

  @Override
  public String id() {
    return "clip";
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
    return config.has("vision.patch_dim") && config.has("text.num_layers");
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  /** NeMo v1.23.0, {@code megatron_clip_models.py} and {@code vit_backbone.py}. */
  @Override
  public Map<String, String> defaults() {
    return Map.of(
        "vision.activation",
        "gelu",
        "text.activation",
        "gelu",
        "vision.bias_activation_fusion",
        "false",
        "vision.layerscale",
        "false",
        "vision.preprocess_layernorm",
        "false",
        ClipTable.VISION_POSITIONS,
        "learned_absolute",
        ClipTable.TEXT_POSITIONS,
        "learned_absolute");
  }

  @Override
  public List<KeyRule> keyRules() {
    var engine =
        unreadable(
                "text.transformer_engine",
                "Transformer Engine's layers have names of their own, which are not supported")
            .is("true");
    return Stream.concat(
            Stream.of(engine), Stream.of("vision.", "text.").flatMap(ClipAdapter::known))
        .toList();
  }

  /** What else NeMo refuses to build (v1.23.0, {@code mlp.py}, {@code transformer.py}). */
  private static Stream<KeyRule> known(String tower) {
    return Stream.of(
        unreadable(tower + "normalization", "NeMo's CLIP has no such norm")
            .isNot("null", "layernorm", "layernorm1p", "rmsnorm"),
        unreadable(tower + "activation", "NeMo has no such activation")
            .isNot(
                "null",
                "gelu",
                "geglu",
                "reglu",
                "swiglu",
                "squared-relu",
                "fast-geglu",
                "fast-swiglu",
                "fast-reglu",
                "approx-gelu"));
  }

  @Override
  public List<LayerStack> stacks() {
    return List.of(
        LayerStack.of("vision", "vision.num_layers", ClipTable.VISION_LAYERS + "layers."),
        LayerStack.of("text", "text.num_layers", ClipTable.TEXT_LAYERS + "layers."));
  }

  @Override
  public Set<WeightLayout> layouts() {
    return EnumSet.of(WeightLayout.RANKS);
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return List.of(HuggingFaceClip.model());
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return ClipTable.rows();
  }
}
