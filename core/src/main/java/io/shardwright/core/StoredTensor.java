package io.shardwright.core;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Optional;

/**
 * A tensor as a checkpoint stores it.
 *
 * @param file the file of the checkpoint that holds it
 * @param rank the rank to which the file belongs; empty for an array of a distributed checkpoint
 * @param spec the tensor's name, element type and shape in the file
 * @param place where its bytes begin; empty where they lie in several pieces
 */
public record StoredTensor(
    String file, Optional<RankCoordinate> rank, TensorSpec spec, Optional<Place> place) {

  /**
   * A place on a disk or in a store.
   *
   * @param file the file there, which may be an archive with the checkpoint's files in it
   * @param offset in bytes
   */
  public record Place(String file, long offset) {}
}
