package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import java.util.ArrayList;
import java.util.List;

/** What a change of parallelism must change in the configuration, and nothing else. */
final class ConfigChanges {
  private ConfigChanges() {}

  static List<ConfigChange> of(ModelConfig config, ParallelSize wanted) {
    var changes = new ArrayList<ConfigChange>();
    size(config, ParallelDimension.TENSOR, wanted.tensor(), changes);
    size(config, ParallelDimension.PIPELINE, wanted.pipeline(), changes);
    if (config.text("virtual_pipeline_model_parallel_size").isPresent()) {
      changes.add(change(config, "virtual_pipeline_model_parallel_size", "null"));
    }
    if (wanted.tensor() == 1 && config.flag("sequence_parallel")) {
      changes.add(change(config, "sequence_parallel", "false"));
    }
    return changes;
  }

  private static void size(
      ModelConfig config, ParallelDimension dimension, int wanted, List<ConfigChange> changes) {
    if (config.integer(dimension.configKey()).orElse(1) != wanted) {
      changes.add(change(config, dimension.configKey(), Integer.toString(wanted)));
    }
  }

  private static ConfigChange change(ModelConfig config, String key, String to) {
    return new ConfigChange(key, config.text(key).orElse("absent"), to);
  }
}
