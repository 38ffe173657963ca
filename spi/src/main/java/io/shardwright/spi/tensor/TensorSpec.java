package io.shardwright.spi.tensor;

/**
 * What a tensor is, without its values.
 *
 * @param name as the file spells it
 * @param dtype element type
 * @param shape extents
 */
public record TensorSpec(String name, DType dtype, Shape shape) {
  /**
   * Size of the values, row-major and dense.
   *
   * @return bytes
   * @throws ArithmeticException if there are more than 2^63
   */
  public long byteSize() {
    return Math.multiplyExact(shape.elements(), dtype.byteSize());
  }
}
