package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Casts between floating-point types: round to nearest, ties to even; infinities stay, NaN stays
 * NaN, subnormals are exact. As PyTorch does it ({@code c10/util/Half.h}, {@code BFloat16.h}):
 * binary64 goes to the 16-bit types by way of binary32.
 */
final class Casts {
  private long overflowed;
  private long underflowed;
  private long inexact;

  CastLosses losses() {
    return new CastLosses(overflowed, underflowed, inexact);
  }

  /** Converts a block of little-endian elements. */
  void convert(ByteBuffer source, DType from, ByteBuffer target, DType to) {
    convert(source, from, target, to, 0);
  }

  /** The same, adding something to each in binary32, or binary64 where both are. */
  void convert(ByteBuffer source, DType from, ByteBuffer target, DType to, double shift) {
    ByteBuffer in = source.order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = target.order(ByteOrder.LITTLE_ENDIAN);
    int elements = in.remaining() / from.byteSize();
    // Adding nothing would make -0 a 0.
    float added = shift == 0 ? -0f : (float) shift;
    double exact = shift == 0 ? -0.0 : shift;
    for (int i = 0; i < elements; i++) {
      if (from == DType.FLOAT64) {
        double value = in.getDouble(8 * i) + exact;
        if (to == DType.FLOAT64) {
          out.putDouble(8 * i, value);
        } else {
          count(value, put(out, i, to, (float) value));
        }
      } else if (to == DType.FLOAT64) {
        out.putDouble(8 * i, get(in, i, from) + added);
      } else {
        float value = get(in, i, from) + added;
        count(value, put(out, i, to, value));
      }
    }
  }

  private static float get(ByteBuffer in, int index, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> in.getFloat(4 * index);
      case BFLOAT16 -> Float.intBitsToFloat(in.getShort(2 * index) << 16);
      case FLOAT16 -> HalfFloat.toFloat(in.getShort(2 * index));
      default -> throw new IllegalArgumentException("no cast from " + dtype);
    };
  }

  /** Writes a value and gives what it has become. */
  private static float put(ByteBuffer out, int index, DType dtype, float value) {
    switch (dtype) {
      case FLOAT32 -> out.putFloat(4 * index, value);
      case BFLOAT16 -> out.putShort(2 * index, bfloat16(value));
      case FLOAT16 -> out.putShort(2 * index, HalfFloat.of(value));
      default -> throw new IllegalArgumentException("no cast to " + dtype);
    }
    return get(out, index, dtype);
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  private void count(double before, float after) {
    if (before == after || Double.isNaN(before)) {
      return;
    }
    if (Float.isInfinite(after)) {
      overflowed++;
    } else if (after == 0) {
      underflowed++;
    } else {
      inexact++;
    }
  }
}
