package io.shardwright.core.internal.guard;

import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/** Checks a tensor's shape and size against the limits, whatever format describes it. */
public final class TensorBounds {
  private static final long LONGEST_EMPTY = 1L << 48;

  private TensorBounds() {}

  /**
   * A tensor that is within its bounds.
   *
   * @param dims as the file states them
   * @throws MalformedCheckpointException if its numbers make no tensor
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static TensorSpec require(
      String name, DType dtype, List<Long> dims, Guard guard, String where) {
    guard.require(Limit.RANK, dims.size(), () -> where + ": '" + name + "'");
    try {
      var spec = new TensorSpec(name, dtype, new Shape(dims));
      guard.require(Limit.TENSOR_BYTES, spec.byteSize(), () -> where + ": '" + name + "'");
      if (spec.byteSize() > 0 || dims.stream().allMatch(dim -> dim <= LONGEST_EMPTY)) {
        return spec;
      }
    } catch (IllegalArgumentException | ArithmeticException tooLarge) {
      // Falls through: no such tensor can be.
    }
    throw new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        where,
        "'" + name + "' has shape " + dims + ", which no tensor has: the file is damaged");
  }
}
