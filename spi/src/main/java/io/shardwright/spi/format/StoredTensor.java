package io.shardwright.spi.format;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Where a tensor lies, as a file states it. The engine holds the numbers against the bytes that are
 * there: an implementation needn't.
 *
 * @param name what the tensor is called; no two have the same
 * @param dtype element type
 * @param dims extents, outermost axis first; none for a scalar
 * @param bytes what holds the values
 * @param offset of the first value, in bytes
 * @param order which axis's elements are neighbours
 * @param byteOrder of each value
 */
public record StoredTensor(
    String name,
    DType dtype,
    List<Long> dims,
    StoredBytes bytes,
    long offset,
    Order order,
    ByteOrder byteOrder) {
  /** Which axis's elements are neighbours. Nothing stands between elements. */
  public enum Order {
    /** The last axis's: C, PyTorch. */
    ROW_MAJOR,
    /** The first axis's: Fortran. */
    COLUMN_MAJOR
  }

  /**
   * Copies the list.
   *
   * @param name what the tensor is called
   * @param dtype element type
   * @param dims extents
   * @param bytes what holds the values
   * @param offset of the first value
   * @param order which axis's elements are neighbours
   * @param byteOrder of each value
   */
  public StoredTensor {
    dims = List.copyOf(dims);
  }
}
