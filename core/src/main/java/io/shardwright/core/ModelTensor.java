package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor of a restored model. A logical tensor is merged from its shards while it is read. Any
 * number of threads may read at once, until the checkpoint is closed.
 */
public interface ModelTensor {
  /**
   * Returns the tensor's name, element type and shape.
   *
   * @return the canonical name and the whole shape (TP 1); name and shape as stored if the model
   *     was restored with stored names
   */
  TensorSpec spec();

  /**
   * Reads the whole tensor in blocks, in constant memory, and compares it with the checksums that
   * its files state.
   *
   * @param each given consecutive blocks of row-major little-endian bytes; a block is valid until
   *     the call returns
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is damaged
   */
  void read(Consumer<ByteBuffer> each);

  /**
   * Reads a range of elements, without comparing checksums.
   *
   * @param first the index of the first element in row-major order, from 0
   * @param target a buffer, filled from its position to its limit with little-endian bytes; what
   *     remains in it is a multiple of the element's size
   * @throws IndexOutOfBoundsException if the tensor has no such elements
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read
   */
  void read(long first, ByteBuffer target);

  /**
   * Reads the whole tensor into memory and compares it with the checksums that its files state.
   *
   * @return a direct buffer of row-major little-endian bytes, ready to be read
   * @throws IllegalStateException if the tensor has 2 GiB or more; read it by blocks then
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is damaged
   */
  ByteBuffer bytes();
}
