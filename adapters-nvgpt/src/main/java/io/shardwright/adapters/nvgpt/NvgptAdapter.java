package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import java.util.List;

/** NVGPT and other GPT models of NeMo 1.23; the configuration decides, not the name. */
@AutoService(ModelFamilyAdapter.class)
public final class NvgptAdapter extends GptAdapter {
  @Override
  public String id() {
    return "nvgpt";
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.has("encoder_seq_length") && !config.has("patch_dim") && !llama(config);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return rows(naming);
  }

  @Override
  public List<HuggingFaceModel> huggingFaceModels() {
    return HuggingFaceGpt.MODELS;
  }
}
