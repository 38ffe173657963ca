package io.shardwright.core.internal.codec.torch;

import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/** Where in its storage a tensor's elements are. */
record TensorExtent(TensorSpec spec, long start, List<Long> strides) {

  /** Whether all of them are among the first so many elements. */
  boolean isInside(long elements) {
    Shape shape = spec.shape();
    if (strides.size() != shape.rank()) {
      return false;
    }
    if (shape.elements() == 0) {
      return true;
    }
    try {
      long last = start;
      for (int axis = 0; axis < shape.rank(); axis++) {
        last = Math.addExact(last, Math.multiplyExact(shape.dim(axis) - 1, strides.get(axis)));
      }
      return last < elements;
    } catch (ArithmeticException beyond) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "shape " + spec.shape() + ", strides " + strides + ", offset " + start;
  }
}
