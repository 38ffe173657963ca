package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.SupportedParallelism;

/**
 * Adapters that are one and the same in every layer. NeMo ties and numbers them stage by stage, so
 * that each stage has its own: they stay within one pipeline stage.
 */
@AutoService(ModelFamilyAdapter.class)
public final class TiedPeftAdapter extends PeftAdapter {
  @Override
  public String id() {
    return "gpt-peft-tied";
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return tied(config);
  }

  static boolean tied(ModelConfig config) {
    return config
        .peftScheme()
        .filter(scheme -> config.flag("peft." + scheme + "_tuning.weight_tying"))
        .isPresent();
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return PeftTable.tied(naming);
  }
}
