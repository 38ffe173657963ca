package io.shardwright.core.internal.execute;

/** IEEE 754 binary16. */
final class HalfFloat {
  private static final int INFINITY = 0x7c00;
  private static final int QUIET = 0x7e00;

  private HalfFloat() {}

  static float toFloat(short half) {
    int exponent = half >>> 10 & 0x1f;
    int fraction = half & 0x3ff;
    float sign = half < 0 ? -1f : 1f;
    if (exponent == 0x1f) {
      return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    return exponent == 0
        ? sign * fraction * 0x1p-24f
        : Float.intBitsToFloat((half & 0x8000) << 16 | (exponent + 112) << 23 | fraction << 13);
  }

  /** Rounds to nearest, ties to even. */
  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int size = bits & 0x7fffffff;
    if (size > 0x7f800000) {
      return (short) (sign | QUIET);
    }
    if (size >= 0x477ff000) {
      return (short) (sign | INFINITY);
    }
    if (size >= 0x38800000) {
      return (short) (sign | (size - (112 << 23) + 0xfff + (size >>> 13 & 1)) >>> 13);
    }
    // Below the smallest normal number: adding 0.5 leaves the fraction rounded at the right place.
    float shifted = Float.intBitsToFloat(size) + 0.5f;
    return (short) (sign | (Float.floatToRawIntBits(shifted) - 0x3f000000));
  }
}
