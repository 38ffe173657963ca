package io.shardwright.core.internal.execute;

/**
 * bfloat16: the upper half of a binary32. Whole numbers only and no branches, so that a loop can
 * become vector instructions. A binary32 is given and taken as its bits.
 */
final class BrainFloat {
  private static final int INFINITY = 0x7f800000;
  private static final int QUIET = 0x7fc00000;

  private BrainFloat() {}

  /** Rounds to nearest, ties to even; the lower half becomes zero. */
  static int round(int bits) {
    int rounded = bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000;
    int nan = INFINITY - (bits & 0x7fffffff) >> 31;
    return rounded & ~nan | QUIET & nan;
  }
}
