package io.shardwright.core.outline;

import io.shardwright.spi.tensor.DType;

/**
 * A change of element type.
 *
 * @param from type in the source
 * @param to type in the target
 * @param tensors that it is done to, whole ones
 * @param elements in them
 */
public record TypeCast(DType from, DType to, long tensors, long elements) {
  @Override
  public String toString() {
    return from.torchName()
        + " -> "
        + to.torchName()
        + ": "
        + tensors
        + " tensors, "
        + elements
        + " values";
  }
}
