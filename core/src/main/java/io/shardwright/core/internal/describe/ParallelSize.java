package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.RankCoordinate;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The model-parallel grid: tensor-parallel ranks by pipeline stages, each at least 1. */
public record ParallelSize(int tensor, int pipeline) {

  /** All ranks, stage by stage. */
  public List<RankCoordinate> ranks() {
    return IntStream.range(0, pipeline)
        .boxed()
        .flatMap(
            stage -> IntStream.range(0, tensor).mapToObj(rank -> new RankCoordinate(rank, stage)))
        .toList();
  }

  /**
   * The virtual pipeline size to be shown; empty where there is none, or the value is none that
   * such a model has.
   */
  public static OptionalInt virtual(ModelConfig config, int layers) {
    return config
        .text(ParallelDimension.VIRTUAL_PIPELINE.configKey())
        .filter(size -> size.matches("[1-9][0-9]{0,5}"))
        .map(Integer::parseInt)
        .filter(size -> size > 1 && size <= layers)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  @Override
  public String toString() {
    return "TP " + tensor + " PP " + pipeline;
  }
}
