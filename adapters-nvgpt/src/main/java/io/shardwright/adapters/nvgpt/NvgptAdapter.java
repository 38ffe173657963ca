package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** NVGPT and other GPT models of NeMo 1.23; the configuration decides, not the name. */
@AutoService(ModelFamilyAdapter.class)
public final class NvgptAdapter implements ModelFamilyAdapter {
  @Override
  public String id() {
    return "nvgpt";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(
        RestoreClass.nemo(
            "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel"));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    boolean llama =
        config.text("normalization").filter("rmsnorm"::equals).isPresent()
            && config.text("activation").filter("fast-swiglu"::equals).isPresent();
    return config.has("encoder_seq_length")
        && !config.flag("mcore_gpt")
        && !config.flag("transformer_engine")
        && !config.has("patch_dim")
        && !llama;
  }

  @Override
  public Naming naming(ModelConfig config) {
    return Naming.LEGACY;
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return LegacyGptTable.rows();
  }
}
