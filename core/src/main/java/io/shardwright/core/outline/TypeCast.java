package io.shardwright.core.outline;

import io.shardwright.spi.tensor.DType;

/**
 * A cast of tensors to another element type.
 *
 * @param from the element type in the source
 * @param to the element type in the target
 * @param tensors number of logical tensors that are cast
 * @param elements number of elements in them
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
