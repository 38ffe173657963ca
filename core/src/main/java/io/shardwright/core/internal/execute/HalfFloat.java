package io.shardwright.core.internal.execute;

/** IEEE 754 binary16. Free of branches, so that loops over it are fast. */
final class HalfFloat {
  private static final int INFINITY = 0x7c00;
  private static final int QUIET = 0x7e00;

  private HalfFloat() {}

  /** The bits of the binary32 of the same value; a NaN becomes the quiet one. */
  static int toFloatBits(short half) {
    int size = half & 0x7fff;
    int sign = (half & 0x8000) << 16;
    // Read as a binary32 the exponent is 112 too small; the product is exact, subnormals included.
    float scaled = Float.intBitsToFloat(size << 13) * 0x1p112f;
    int special = size > INFINITY ? 0x7fc00000 : sign | 0x7f800000;
    return size >= INFINITY ? special : sign | Float.floatToRawIntBits(scaled);
  }

  /** The nearest half, ties to even, of a binary32 given as its bits. */
  static short of(int bits) {
    int sign = bits >>> 16 & 0x8000;
    int size = bits & 0x7fffffff;
    int normal = size - (112 << 23) + 0xfff + (size >>> 13 & 1) >>> 13;
    // Below the smallest normal number: adding 0.5 leaves the fraction rounded at the right place.
    float shifted = Float.intBitsToFloat(size) + 0.5f;
    int subnormal = Float.floatToRawIntBits(shifted) - 0x3f000000;
    int finite = size >= 0x38800000 ? normal : subnormal;
    int number = sign | (size >= 0x477ff000 ? INFINITY : finite);
    return (short) (size > 0x7f800000 ? QUIET : number);
  }
}
