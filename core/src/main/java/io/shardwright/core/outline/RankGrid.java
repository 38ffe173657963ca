package io.shardwright.core.outline;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import java.util.List;

/**
 * A model-parallel grid with the share of each rank: what its files hold or, for a distributed
 * checkpoint, whose files belong to no rank, what it loads.
 *
 * @param size the numbers of ranks
 * @param ranks a share of each of its ranks, stage by stage
 */
public record RankGrid(Grid size, List<RankShare> ranks) {
  /**
   * Checks the number of ranks.
   *
   * @param size kept as given
   * @param ranks copied
   * @throws IllegalArgumentException if there are not as many as the grid has
   */
  public RankGrid {
    ranks = List.copyOf(ranks);
    if (ranks.size() % size.pipeline() != 0) {
      throw new IllegalArgumentException(ranks.size() + " ranks, expected those of " + size);
    }
  }

  /**
   * Returns the number of ranks of a stage.
   *
   * @return the tensor-parallel size, more if experts are divided among ranks
   */
  public int rows() {
    return ranks.size() / size.pipeline();
  }

  /**
   * Returns the share of a rank.
   *
   * @param row the number of the rank within its stage, from 0
   * @param stage the pipeline stage, from 0
   * @return its share
   */
  public RankShare at(int row, int stage) {
    return ranks.get(stage * rows() + row);
  }

  /**
   * Names a row.
   *
   * @param row the number of a rank within its stage, from 0
   * @return for example {@code TP 0}, {@code TP 0 EP 1}
   */
  public String label(int row) {
    RankCoordinate rank = at(row, 0).rank();
    return "TP " + rank.tensor() + (size.expert() > 1 ? " EP " + rank.expert() : "");
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
