package io.shardwright.bench.input;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.function.LongUnaryOperator;

/**
 * A stored tensor: which rows and columns of a whole one it holds.
 *
 * @param whole what it is a part of
 * @param firstColumn of the whole one
 * @param wholeRow the whole one's row for a stored row; beyond its last where the row is padding
 */
public record Part(TensorSpec spec, Whole whole, long firstColumn, LongUnaryOperator wholeRow) {
  /** Where an element of a padding row stands in the whole tensor. */
  public static final long NOWHERE = -1;

  static Part vector(String name, Whole whole) {
    return new Part(spec(name, whole.columns()), whole, 0, row -> row);
  }

  static Part matrix(
      String name, Whole whole, long rows, long columns, long firstColumn, LongUnaryOperator row) {
    return new Part(spec(name, rows, columns), whole, firstColumn, row);
  }

  private static TensorSpec spec(String name, long... dims) {
    return new TensorSpec(name, DType.BFLOAT16, Shape.of(dims));
  }

  boolean isVector() {
    return spec.shape().rank() == 1;
  }

  long columns() {
    return spec.shape().dim(spec.shape().rank() - 1);
  }

  long rows() {
    return spec.shape().elements() / columns();
  }

  /** The whole tensor's element, in row-major order, that stands at an element of this one. */
  public long wholeIndex(long element) {
    long row = wholeRow.applyAsLong(element / columns());
    return row < whole.rows() ? row * whole.columns() + firstColumn + element % columns() : NOWHERE;
  }
}
