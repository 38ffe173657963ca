package io.shardwright.adapters.llama;

import com.google.auto.service.AutoService;
import io.shardwright.adapters.nvgpt.GptAdapter;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/** LLaMA as NeMo 1.23 stores it, in both namings: RMSNorm, a gated SiLU, no biases. */
@AutoService(ModelFamilyAdapter.class)
public final class LlamaAdapter extends GptAdapter {
  @Override
  public String id() {
    return "llama";
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.values());
  }

  @Override
  public boolean describes(ModelConfig config) {
    return llama(config);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE ? LlamaTable.mcore() : LlamaTable.legacy();
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return HuggingFaceLlama.MODELS;
  }
}
