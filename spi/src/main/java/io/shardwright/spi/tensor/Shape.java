package io.shardwright.spi.tensor;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The extents of a tensor, outermost axis first (row-major). A scalar has none.
 *
 * @param dims extents, each at least 0; the product of those that are not 0 fits a {@code long}
 */
public record Shape(List<Long> dims) {
  /**
   * Checks the extents.
   *
   * @param dims see the record
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
   * A shape from its extents.
   *
   * @param dims extents, outermost first
   * @return the shape
   * @throws IllegalArgumentException if an extent is negative or the product overflows
   */
  public static Shape of(long... dims) {
    return new Shape(LongStream.of(dims).boxed().toList());
  }

  /**
   * Number of axes.
   *
   * @return 0 for a scalar
   */
  public int rank() {
    return dims.size();
  }

  /**
   * One extent.
   *
   * @param axis from 0, outermost, to {@code rank() - 1}
   * @return elements along that axis
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long dim(int axis) {
    return dims.get(axis);
  }

  /**
   * Number of elements.
   *
   * @return the product of all extents; 1 for a scalar
   */
  public long elements() {
    return elementsFrom(0);
  }

  /**
   * Number of elements from one axis inwards.
   *
   * @param axis from 0 to {@code rank()}
   * @return the product of the extents of {@code axis} and all axes inside it
   */
  public long elementsFrom(int axis) {
    long product = 1;
    for (int inner = axis; inner < dims.size(); inner++) {
      product = Math.multiplyExact(product, dims.get(inner));
    }
    return product;
  }

  /**
   * The same shape with one extent replaced.
   *
   * @param axis which
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
   * Row-major strides. An axis without elements counts as one with a single one, as in torch, so
   * that no stride is 0.
   *
   * @return elements between neighbours along each axis
   */
  public List<Long> rowMajorStrides() {
    Shape counted = new Shape(dims.stream().map(dim -> Math.max(1, dim)).toList());
    return LongStream.range(0, rank())
        .mapToObj(axis -> counted.elementsFrom((int) axis + 1))
        .toList();
  }

  @Override
  public String toString() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
