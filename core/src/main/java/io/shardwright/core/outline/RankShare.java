package io.shardwright.core.outline;

import io.shardwright.spi.RankCoordinate;
import java.util.List;

/**
 * The part of a model that one rank of a grid holds.
 *
 * @param rank the rank's position in the grid
 * @param layers the layers of its stage; several ranges if the pipeline is interleaved, none if the
 *     configuration does not state the number of layers
 * @param tensors number of tensors
 * @param bytes size of the tensors in bytes
 * @param optimizer bytes of them that are an optimizer's
 */
public record RankShare(
    RankCoordinate rank, List<LayerRange> layers, long tensors, long bytes, long optimizer) {
  /**
   * Copies the ranges.
   *
   * @param rank kept as given
   * @param layers copied
   * @param tensors kept as given
   * @param bytes kept as given
   * @param optimizer kept as given
   */
  public RankShare {
    layers = List.copyOf(layers);
  }
}
