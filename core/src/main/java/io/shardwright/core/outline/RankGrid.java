package io.shardwright.core.outline;

import io.shardwright.spi.Grid;
import java.util.List;

/**
 * A model-parallel grid with the share of each rank: what its files hold or, for a distributed
 * checkpoint, whose files belong to no rank, what it loads.
 *
 * @param size the numbers of ranks
 * @param ranks {@code tensor * pipeline} shares, stage by stage
 */
public record RankGrid(Grid size, List<RankShare> ranks) {
  /**
   * Checks the number of ranks.
   *
   * @param size kept as given
   * @param ranks copied
   * @throws IllegalArgumentException if there are not {@code tensor * pipeline} of them
   */
  public RankGrid {
    ranks = List.copyOf(ranks);
    if (ranks.size() != Math.multiplyExact(size.tensor(), size.pipeline())) {
      throw new IllegalArgumentException(ranks.size() + " ranks, expected those of " + size);
    }
  }

  /**
   * Returns the share of a rank.
   *
   * @param tensorRank the tensor-parallel rank, from 0
   * @param stage the pipeline stage, from 0
   * @return its share
   */
  public RankShare at(int tensorRank, int stage) {
    return ranks.get(stage * size.tensor() + tensorRank);
  }

  /**
   * Returns the size of the largest share.
   *
   * @return the size in bytes
   */
  public long largest() {
    return ranks.stream().mapToLong(RankShare::bytes).max().orElse(0);
  }

  @Override
  public String toString() {
    return size.toString().replace(", ", " x ");
  }
}
