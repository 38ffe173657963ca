package io.shardwright.core.internal.codec.quantized;

import io.shardwright.spi.tensor.DType;

/** What the 256 codes of a type of 8 bits mean. */
public final class Float8 {
  private static final Float8 E4M3FN = new Float8(4, 3);
  private static final Float8 E5M2 = new Float8(5, 2);
  private static final Float8 E8M0FNU = new Float8(8, 0);

  private final float[] values = new float[256];

  private Float8(int exponentBits, int fractionBits) {
    for (int code = 0; code < values.length; code++) {
      values[code] = value(code, exponentBits, fractionBits);
    }
  }

  /** The values of a type that weights or scales may have. */
  public static Float8 of(DType type) {
    return switch (type) {
      case FLOAT8_E4M3FN -> E4M3FN;
      case FLOAT8_E5M2 -> E5M2;
      case FLOAT8_E8M0FNU -> E8M0FNU;
      default -> throw new IllegalArgumentException(type + " has no table");
    };
  }

  /** By code; not to be changed. */
  public float[] values() {
    return values;
  }

  private static float value(int code, int exponentBits, int fractionBits) {
    int exponent = code >> fractionBits & (1 << exponentBits) - 1;
    int fraction = code & (1 << fractionBits) - 1;
    int bias = (1 << exponentBits - 1) - 1;
    boolean last = exponent == (1 << exponentBits) - 1;
    if (fractionBits == 0) {
      return last ? Float.NaN : Math.scalb(1f, exponent - bias);
    }
    float sign = code < 128 ? 1 : -1;
    if (last && exponentBits == 5) {
      return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    } else if (last && fraction == (1 << fractionBits) - 1) {
      return Float.NaN;
    }
    int leading = exponent == 0 ? 0 : 1 << fractionBits;
    int power = Math.max(exponent, 1) - bias - fractionBits;
    return sign * Math.scalb((float) (leading + fraction), power);
  }
}
