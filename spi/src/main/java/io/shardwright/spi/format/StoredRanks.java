package io.shardwright.spi.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.format.StoredModel.Weights;
import java.util.List;
import java.util.Optional;

/**
 * A model in files of ranks. Layers are numbered from 0 in each chunk, experts in each rank; the
 * engine tells by the configuration which they are.
 *
 * @param grid what the model is cut for; its stages have as many chunks as the ranks here
 * @param ranks stage by stage, as many of each
 * @param unread why an optimizer's state beside the weights is not read: nothing is written then
 *     unless the user leaves it out; empty where there is none, or where it is among the tensors,
 *     by the names that {@link TrainingState} says
 */
public record StoredRanks(Grid grid, List<Rank> ranks, Optional<String> unread) {
  /**
   * What a rank holds.
   *
   * @param at the rank's position
   * @param chunks one, or those of an interleaved pipeline in their order
   */
  public record Rank(RankCoordinate at, List<Weights> chunks) {
    /**
     * Copies the list.
     *
     * @param at the rank's position
     * @param chunks at least one
     */
    public Rank {
      chunks = List.copyOf(chunks);
    }
  }

  /**
   * Copies the list.
   *
   * @param grid what the model is cut for
   * @param ranks stage by stage
   * @param unread why an optimizer's state is not read
   */
  public StoredRanks {
    ranks = List.copyOf(ranks);
  }
}
