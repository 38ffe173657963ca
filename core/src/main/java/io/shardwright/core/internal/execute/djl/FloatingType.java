package io.shardwright.core.internal.execute.djl;

import io.shardwright.spi.tensor.DType;

/**
 * The floating-point types that PyTorch casts, with their numbers in {@code c10/core/ScalarType.h}.
 */
enum FloatingType {
  /** binary64. */
  FLOAT64(7, 4, 0x7ff8000000000000L),
  /** binary32. */
  FLOAT32(6, 3, 0x7fc00000L),
  /** binary16. */
  FLOAT16(5, 2, 0x7e00L),
  /** The upper half of a binary32. */
  BFLOAT16(15, 2, 0x7fc0L);

  private final long scalarType;
  private final long bitsType;
  private final long quiet;

  FloatingType(long scalarType, long bitsType, long quiet) {
    this.scalarType = scalarType;
    this.bitsType = bitsType;
    this.quiet = quiet;
  }

  /**
   * The type of that name.
   *
   * @throws IllegalArgumentException if the type can't be cast
   */
  static FloatingType of(DType dtype) {
    return valueOf(dtype.name());
  }

  long scalarType() {
    return scalarType;
  }

  /** The integer of its width. */
  long bitsType() {
    return bitsType;
  }

  /** The bits that every NaN becomes. */
  long quiet() {
    return quiet;
  }
}
