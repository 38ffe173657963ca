package io.shardwright.adapters.llama;

import com.google.auto.service.AutoService;
import io.shardwright.adapters.nvgpt.GptAdapter;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import java.util.List;

/** GPT with LLaMA's options: RMSNorm, a gated activation, rotary positions, no biases. */
@AutoService(ModelFamilyAdapter.class)
public final class LlamaAdapter extends GptAdapter {
  @Override
  public String id() {
    return "llama";
  }

  @Override
  public boolean describes(ModelConfig config) {
    return llama(config);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return llama(naming);
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return HuggingFaceLlama.MODELS;
  }
}
