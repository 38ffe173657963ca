package io.shardwright.spi.tensor;

/**
 * The name, element type and shape of a tensor, without its values.
 *
 * @param name the tensor's name as the file spells it
 * @param dtype the element type
 * @param shape the extents in elements
 */
public record TensorSpec(String name, DType dtype, Shape shape) {
  // As a record has them; the JVM would link those at run time.
  @Override
  public boolean equals(Object other) {
    return other instanceof TensorSpec spec
        && name.equals(spec.name)
        && dtype == spec.dtype
        && shape.equals(spec.shape);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /**
   * Returns the size of the values when they are stored densely.
   *
   * @return the size in bytes
   * @throws ArithmeticException if it does not fit a {@code long}
   */
  public long byteSize() {
    return Math.multiplyExact(shape.elements(), dtype.byteSize());
  }
}
