package io.shardwright.core.internal.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;

/** The grid that a configuration says that its checkpoint was written for. */
public final class StatedGrid {
  private StatedGrid() {}

  /**
   * The grid; experts are shared out only where there are some.
   *
   * @param name of the checkpoint, for messages
   * @throws MalformedCheckpointException if a size is none
   */
  public static Grid of(String name, ModelConfig config) {
    int tensor = size(name, config, ParallelDimension.TENSOR, 1);
    Grid whole = Grid.of(tensor, size(name, config, ParallelDimension.PIPELINE, 1));
    return config.integer("num_moe_experts").isEmpty()
        ? whole
        : whole
            .experts(size(name, config, ParallelDimension.EXPERT, 1))
            .expertTensor(size(name, config, ParallelDimension.EXPERT_TENSOR, tensor));
  }

  private static int size(String name, ModelConfig config, ParallelDimension dimension, int unset) {
    String key = dimension.configKey();
    long value = config.integer(key).orElse(unset);
    if (value < 1 || value > 99_999) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH, name, config.says(key) + ", expected 1 to 99999");
    }
    return (int) value;
  }
}
