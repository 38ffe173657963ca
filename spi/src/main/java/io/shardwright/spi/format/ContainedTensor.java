package io.shardwright.spi.format;

import io.shardwright.spi.tensor.TensorSpec;

/** A tensor of a container that the engine opened. The engine alone makes them. */
public interface ContainedTensor {
  /**
   * Name, element type and shape.
   *
   * @return as the file states them, without what wrappers put before all names
   */
  TensorSpec spec();
}
