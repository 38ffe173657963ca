package io.shardwright.core.outline;

import java.util.List;

/**
 * A model-parallel grid and what each rank of it holds. Of a distributed checkpoint, whose files
 * belong to no rank, it is what each rank loads.
 *
 * @param tensor tensor-parallel ranks, at least 1
 * @param pipeline stages, at least 1
 * @param ranks stage by stage, {@code tensor * pipeline} of them
 */
public record RankGrid(int tensor, int pipeline, List<RankShare> ranks) {
  /**
   * Checks the number of ranks.
   *
   * @param tensor see the record
   * @param pipeline see the record
   * @param ranks see the record
   */
  public RankGrid {
    ranks = List.copyOf(ranks);
    if (ranks.size() != Math.multiplyExact(tensor, pipeline)) {
      throw new IllegalArgumentException(
          ranks.size() + " ranks, expected " + tensor + " x " + pipeline);
    }
  }

  /**
   * A rank's share.
   *
   * @param tensorRank from 0
   * @param stage from 0
   * @return what it holds
   */
  public RankShare at(int tensorRank, int stage) {
    return ranks.get(stage * tensor + tensorRank);
  }

  /**
   * The most that a rank holds.
   *
   * @return bytes
   */
  public long largest() {
    return ranks.stream().mapToLong(RankShare::bytes).max().orElse(0);
  }

  @Override
  public String toString() {
    return "TP " + tensor + " x PP " + pipeline;
  }
}
