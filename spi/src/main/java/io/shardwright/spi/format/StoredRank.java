package io.shardwright.spi.format;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.format.StoredModel.Weights;
import java.util.List;

/**
 * What a rank of a grid holds. Layers are numbered from 0 in each chunk, experts in each rank; the
 * engine tells by the configuration which they are.
 *
 * @param at the rank's position
 * @param chunks one, or those of an interleaved pipeline in their order
 */
public record StoredRank(RankCoordinate at, List<Weights> chunks) {
  /**
   * Copies the list.
   *
   * @param at the rank's position
   * @param chunks at least one
   */
  public StoredRank {
    chunks = List.copyOf(chunks);
  }
}
