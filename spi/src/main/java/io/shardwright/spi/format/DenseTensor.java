package io.shardwright.spi.format;

import java.util.List;

/** A tensor whose elements lie in one storage. The engine alone makes them. */
public interface DenseTensor extends ContainedTensor {
  /**
   * Some of its elements as a tensor of their own. Nothing is copied.
   *
   * @param start the first element, counted in the order in which they are stored
   * @param dims the extents of the view
   * @param strides stored elements between neighbours, an axis each
   * @return the view, under the same name
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the tensor is not row-major,
   *     or the view leads beyond it
   */
  DenseTensor view(long start, List<Long> dims, List<Long> strides);

  /**
   * The same tensor with its rows in another order. Nothing is copied.
   *
   * @param extents factors of axis 0 as it is stored, outermost first
   * @param order the factors as the model has them, each once, outermost first
   * @return the tensor, of the same shape
   * @throws io.shardwright.spi.error.MalformedCheckpointException if axis 0 is of another extent
   */
  DenseTensor reordered(List<Long> extents, List<Integer> order);
}
