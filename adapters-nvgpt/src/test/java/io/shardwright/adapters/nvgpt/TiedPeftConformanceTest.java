package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.ModelFamilyAdapter;

class TiedPeftConformanceTest extends PeftConformanceTest {
  @Override
  protected ModelFamilyAdapter adapter() {
    return new TiedPeftAdapter();
  }

  @Override
  String tuning() {
    return "{peft_scheme: %1$s, %1$s_tuning: {weight_tying: true, layer_selection: %2$s,"
        + " position_embedding_strategy: mlpconcat}}";
  }
}
