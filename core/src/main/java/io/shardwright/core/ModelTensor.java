package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor as the model means it: whole, whatever shards it is merged from when it is read. Any
 * number of threads may read at once, until the checkpoint is closed.
 */
public interface ModelTensor {
  /**
   * What it is.
   *
   * @return its canonical name (as it is stored where no family is known), element type, and shape
   *     at TP 1
   */
  TensorSpec spec();

  /**
   * Reads it from front to back in constant memory, and compares it with the checksums that its
   * files state.
   *
   * @param each given blocks of row-major little-endian bytes, each valid until it returns
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is damaged
   */
  void read(Consumer<ByteBuffer> each);

  /**
   * Reads a range of its elements, without comparing checksums.
   *
   * @param first the first element, counted in row-major order
   * @param target filled from its position to its limit, a multiple of the element's size
   * @throws IndexOutOfBoundsException if the tensor has no such elements
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read
   */
  void read(long first, ByteBuffer target);

  /**
   * Reads all of it.
   *
   * @return a direct buffer of row-major little-endian bytes, ready to be read
   * @throws IllegalStateException if it has 2 GiB or more; read it by blocks
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is damaged
   */
  ByteBuffer bytes();
}
