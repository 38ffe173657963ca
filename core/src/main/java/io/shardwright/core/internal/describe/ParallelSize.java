package io.shardwright.core.internal.describe;

import io.shardwright.spi.RankCoordinate;
import java.util.List;
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

  @Override
  public String toString() {
    return "TP " + tensor + " PP " + pipeline;
  }
}
