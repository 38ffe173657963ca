package io.shardwright.spi.tensor;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The extents of a tensor in elements, outermost axis first (row-major). A scalar has none.
 *
 * @param dims the extents, each at least 0; the product of those that are not 0 fits a {@code long}
 */
public record Shape(List<Long> dims) {
  /**
   * Checks the extents.
   *
   * @param dims copied
   * @throws IllegalArgumentException if an extent is negative or the product overflows
   */
  public Shape {
    dims = List.copyOf(dims);
    long product = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative extent in " + dims);
      }
      if (dim != 0 && product > Long.MAX_VALUE / dim) {
        throw new IllegalArgumentException("more than 2^63 elements in " + dims);
      }
      product *= Math.max(1, dim);
    }
  }

  /**
   * Makes a shape of its extents.
   *
   * @param dims the extents, outermost first
   * @return the shape
   * @throws IllegalArgumentException if an extent is negative or the product overflows
   */
  public static Shape of(long... dims) {
    return new Shape(LongStream.of(dims).boxed().toList());
  }

  /**
   * Returns the number of axes.
   *
   * @return 0 for a scalar
   */
  public int rank() {
    return dims.size();
  }

  /**
   * Returns the extent of an axis.
   *
   * @param axis from 0, outermost, to {@code rank() - 1}
   * @return elements along that axis
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long dim(int axis) {
    return dims.get(axis);
  }

  /**
   * Returns the number of elements.
   *
   * @return the product of all extents; 1 for a scalar
   */
  public long elements() {
    return elementsFrom(0);
  }

  /**
   * Returns the number of elements of the innermost axes, from one axis on.
   *
   * @param axis from 0 to {@code rank()}
   * @return the product of the extents of {@code axis} and all axes after it
   */
  public long elementsFrom(int axis) {
    long product = 1;
    for (int inner = axis; inner < dims.size(); inner++) {
      product = Math.multiplyExact(product, dims.get(inner));
    }
    return product;
  }

  /**
   * Replaces one extent.
   *
   * @param axis the axis, from 0
   * @param extent the new extent
   * @return a new shape
   * @throws IndexOutOfBoundsException if there is no such axis
   * @throws IllegalArgumentException if the extent is negative or the product overflows
   */
  public Shape with(int axis, long extent) {
    var changed = new java.util.ArrayList<>(dims);
    changed.set(axis, extent);
    return new Shape(changed);
  }

  /**
   * Returns the row-major strides. An extent of 0 counts as 1, as in PyTorch, so that no stride is
   * 0.
   *
   * @return for each axis the number of elements between neighbours along it
   */
  public List<Long> rowMajorStrides() {
    var strides = new Long[rank()];
    long stride = 1;
    for (int axis = rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(1, dim(axis));
    }
    return List.of(strides);
  }

  // As a record has them; the JVM would link those at run time.
  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && dims.equals(shape.dims);
  }

  @Override
  public int hashCode() {
    return dims.hashCode();
  }

  @Override
  public String toString() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
