package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Where the elements of a box of a logical tensor lie in a storage: the element at index i,
 * relative to the box, lies at {@code start + Σ i[k]·strides[k]}.
 *
 * @param logical the box
 * @param start in elements from the storage's start
 * @param strides in elements, one per axis
 */
public record View(Region logical, long start, List<Long> strides) {

  /** The part of this view that lies within a tensor with fewer rows on axis 0. */
  public Optional<View> within(Shape bounds) {
    if (bounds.rank() == 0 || logical.end(0) <= bounds.dim(0)) {
      return Optional.of(this);
    }
    long rows = bounds.dim(0) - logical.offset().get(0);
    return rows <= 0
        ? Optional.empty()
        : Optional.of(
            new View(new Region(logical.offset(), logical.shape().with(0, rows)), start, strides));
  }
}
