package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Shape;
import java.util.List;

/**
 * How tensors of one form are cut into the chunks of arrays; all layers and experts share it.
 *
 * @param shape of a chunk behind the array's leading axes
 * @param parts the chunks, in row-major order
 * @param dense whether each part has one view, as all but tensors of odd segments have
 */
record ArrayCut(Shape shape, List<Part> parts, boolean dense) {
  /**
   * A chunk.
   *
   * @param index along each axis
   * @param share the rank among those that the tensor is cut over; 0 for what each of them holds
   * @param views where its elements stand in the tensor
   */
  record Part(List<Long> index, int share, List<View> views) {}

  ArrayCut(Shape shape, List<Part> parts) {
    this(shape, parts, parts.stream().allMatch(part -> part.views().size() == 1));
  }

  /** How many views all parts have. */
  int views() {
    return dense ? parts.size() : parts.stream().mapToInt(part -> part.views().size()).sum();
  }
}
