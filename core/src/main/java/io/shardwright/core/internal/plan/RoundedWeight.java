package io.shardwright.core.internal.plan;

import io.shardwright.spi.tensor.DType;

/** Tells whether a number may be a weight that a master weight was rounded to. */
public final class RoundedWeight {
  /** What a weight may have been rounded to before it was cast to its type. */
  public static final DType COARSEST = DType.BFLOAT16;

  private RoundedWeight() {}

  /** Whether it may be, in whichever type. */
  public static boolean of(double master, double weight) {
    return of(master, weight, COARSEST);
  }

  /** Whether it may be, in the weight's type. */
  static boolean of(double master, double weight, DType type) {
    double most =
        switch (type) {
          case BFLOAT16 -> 0x1p-8;
          case FLOAT16 -> 0x1p-11;
          default -> 0;
        };
    double near = most * Math.max(Math.abs(master), Math.abs(weight)) + most * 0x1p-13;
    return !(Math.abs(master - weight) > near);
  }
}
