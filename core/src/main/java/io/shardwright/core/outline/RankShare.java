package io.shardwright.core.outline;

import io.shardwright.spi.RankCoordinate;
import java.util.List;

/**
 * What one rank of a grid holds.
 *
 * @param rank where it stands
 * @param layers that its stage has; several ranges where the pipeline is interleaved, none where
 *     the configuration does not say how many layers there are
 * @param tensors count
 * @param bytes of tensors
 */
public record RankShare(RankCoordinate rank, List<LayerRange> layers, long tensors, long bytes) {
  /**
   * Copies the ranges.
   *
   * @param rank see the record
   * @param layers see the record
   * @param tensors see the record
   * @param bytes see the record
   */
  public RankShare {
    layers = List.copyOf(layers);
  }
}
