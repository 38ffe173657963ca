package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.ModelFamilyAdapter;
import java.util.List;
import java.util.stream.Stream;

class TiedPeftConformanceTest extends PeftConformanceTest {
  @Override
  protected ModelFamilyAdapter adapter() {
    return new TiedPeftAdapter();
  }

  @Override
  List<String> tunings() {
    return Stream.of("mlpconcat", "add")
        .map(
            strategy ->
                "{peft_scheme: %1$s, %1$s_tuning: {weight_tying: true, adapter_dim: 4,"
                    + " layer_selection: %2$s, position_embedding_strategy: "
                    + strategy
                    + "}, "
                    + PROMPT
                    + "}")
        .toList();
  }
}
