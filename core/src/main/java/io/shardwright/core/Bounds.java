package io.shardwright.core;

import static java.util.Objects.requireNonNull;

import io.shardwright.spi.tensor.DType;
import java.util.OptionalInt;

/** The smallest and largest legal value of a number in a request. */
record Bounds(long least, long most) {
  private static final Bounds PARALLEL = new Bounds(1, ReshardRequest.LARGEST_SIZE);
  static final Bounds POSITIVE = new Bounds(1, Long.MAX_VALUE);
  static final Bounds NOT_NEGATIVE = new Bounds(0, Long.MAX_VALUE);

  /**
   * Returns a number that is within the bounds.
   *
   * @param name the number's name, for the message
   * @throws IllegalArgumentException if it is out of bounds
   */
  long require(String name, long value) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name
              + " is "
              + value
              + ", expected "
              + (most == Long.MAX_VALUE ? "at least " + least : least + " to " + most));
    }
    return value;
  }

  /** Returns a type to which parameters can be cast; throws for any other type. */
  static DType floating(DType dtype) {
    if (!requireNonNull(dtype, "dtype").isFloating()) {
      throw new IllegalArgumentException(
          "dtype is " + dtype.torchName() + ", expected float64, float32, float16 or bfloat16");
    }
    return dtype;
  }

  /** Returns a parallel size that is within the bounds. */
  static int parallel(String name, int size) {
    PARALLEL.require(name, size);
    return size;
  }

  /** Returns a parallel size that is within the bounds; empty for a negative number. */
  static OptionalInt claimed(String name, int size) {
    return size < 0 ? OptionalInt.empty() : OptionalInt.of(parallel(name, size));
  }
}
