package io.shardwright.adapters.llama;

import com.google.auto.service.AutoService;
import io.shardwright.adapters.nvgpt.GptKeys;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;
import java.util.Map;

/** LLaMA as NeMo 1.23 stores it, in both namings: RMSNorm, a gated SiLU, no biases. */
@AutoService(ModelFamilyAdapter.class)
public final class LlamaAdapter implements ModelFamilyAdapter {
  private static final List<String> ACTIVATIONS = List.of("fast-swiglu", "swiglu", "fast-geglu");

  @Override
  public String id() {
    return "llama";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel"),
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model.MegatronGPTSFTModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(
        ParallelDimension.TENSOR, ParallelDimension.PIPELINE, ParallelDimension.VIRTUAL_PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.text("normalization").filter("rmsnorm"::equals).isPresent()
        && config.text("activation").filter(ACTIVATIONS::contains).isPresent()
        && config.text("position_embedding_type").filter("rope"::equals).isPresent()
        && config.kind("bias") != ModelConfig.Kind.NONE
        && !config.flag("bias");
  }

  @Override
  public Naming naming(ModelConfig config) {
    return config.flag("mcore_gpt") ? Naming.MCORE : Naming.LEGACY;
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    return List.of(Naming.MCORE, Naming.LEGACY);
  }

  @Override
  public Map<String, String> defaults() {
    return GptKeys.defaults();
  }

  @Override
  public List<KeyRule> keyRules() {
    return GptKeys.rules();
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE
        ? Map.of("mcore_gpt", "true")
        : Map.of("mcore_gpt", "false", "transformer_engine", "false");
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE ? McoreLlamaTable.rows() : LegacyLlamaTable.rows();
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return HuggingFaceLlama.MODELS;
  }
}
