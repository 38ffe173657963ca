package io.shardwright.adapters.nvgpt;

import com.google.auto.service.AutoService;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import java.util.List;
import java.util.Set;

/** What parameter-efficient tuning of any GPT leaves: adapters without their model. */
@AutoService(ModelFamilyAdapter.class)
public sealed class PeftAdapter implements ModelFamilyAdapter permits TiedPeftAdapter {
  /** NeMo's tuning script of 1.23 leaves the second in the archives that it makes. */
  private static final List<RestoreClass> CLASSES =
      List.of(RestoreClass.nemo(GptAdapter.TUNED), RestoreClass.nemo(GptAdapter.MODEL));

  @Override
  public String id() {
    return "gpt-peft";
  }

  @Override
  public final List<RestoreClass> restoreClasses() {
    return CLASSES;
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.peftScheme().isPresent() && !TiedPeftAdapter.tied(config);
  }

  @Override
  public final Naming naming(ModelConfig config) {
    return GptAdapter.stored(config);
  }

  /** NeMo v1.23.0, {@code nemo/collections/nlp/parts/mixins/nlp_adapter_mixins.py}. */
  @Override
  public final Set<WeightLayout> layouts() {
    return Set.of(WeightLayout.RANKS);
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return PeftTable.rows(naming);
  }
}
