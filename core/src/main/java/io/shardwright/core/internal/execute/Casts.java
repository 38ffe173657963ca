package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Casts between floating-point types: round to nearest, ties to even; infinities stay, subnormals
 * are exact, a NaN becomes the quiet NaN of its new type. As PyTorch does it ({@code
 * c10/util/Half.h}, {@code BFloat16.h}): binary64 goes to the 16-bit types by way of binary32.
 *
 * <p>Elements pass, as the bits of a binary32, through arrays that stay in the processor's cache:
 * simple loops over arrays are what the compiler makes vector instructions of.
 */
public final class Casts {
  private static final int BLOCK = 2048;
  private static final int INFINITY = 0x7f800000;

  private final int[] bits = new int[BLOCK];
  private final int[] cast = new int[BLOCK];
  private final short[] halves = new short[BLOCK];
  private final double[] doubles = new double[BLOCK];
  private final CastLosses.Count lost = new CastLosses.Count();

  CastLosses losses() {
    return lost.losses();
  }

  /** Converts a block of little-endian elements. */
  public void convert(ByteBuffer source, DType from, ByteBuffer target, DType to) {
    convert(source, from, target, to, 0);
  }

  /** The same, adding something to each in binary32, or binary64 where both are. */
  void convert(ByteBuffer source, DType from, ByteBuffer target, DType to, double shift) {
    int elements = source.remaining() / from.byteSize();
    for (int at = 0; at < elements; at += BLOCK) {
      int count = Math.min(BLOCK, elements - at);
      ByteBuffer in = part(source, at, count, from);
      ByteBuffer out = part(target, at, count, to);
      if (from == DType.FLOAT64) {
        fromDoubles(in, out, to, count, shift);
      } else if (shift == 0 && isHalf(from) && isHalf(to) && from != to) {
        in.asShortBuffer().get(halves, 0, count);
        HalfTable.from(brain(from)).cast(halves, count, lost);
        out.asShortBuffer().put(halves, 0, count);
      } else {
        get(in, from, count);
        add((float) shift, count);
        fromFloats(out, to, count);
      }
    }
  }

  private static ByteBuffer part(ByteBuffer all, int at, int count, DType dtype) {
    int size = dtype.byteSize();
    return all.slice(all.position() + at * size, count * size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void fromDoubles(ByteBuffer in, ByteBuffer out, DType to, int count, double shift) {
    in.asDoubleBuffer().get(doubles, 0, count);
    // Adding nothing would make -0 a 0.
    for (int i = 0; shift != 0 && i < count; i++) {
      doubles[i] += shift;
    }
    if (to == DType.FLOAT64) {
      putDoubles(out, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      bits[i] = Float.floatToRawIntBits((float) doubles[i]);
    }
    put(out, to, count);
    lost.count(doubles, cast, count);
  }

  private void add(float shift, int count) {
    for (int i = 0; shift != 0 && i < count; i++) {
      bits[i] = Float.floatToRawIntBits(Float.intBitsToFloat(bits[i]) + shift);
    }
  }

  private void fromFloats(ByteBuffer out, DType to, int count) {
    if (to == DType.FLOAT64) {
      for (int i = 0; i < count; i++) {
        doubles[i] = Float.intBitsToFloat(bits[i]);
      }
      putDoubles(out, count);
    } else {
      put(out, to, count);
      lost.count(bits, cast, count);
    }
  }

  private void get(ByteBuffer in, DType from, int count) {
    if (from == DType.FLOAT32) {
      in.asIntBuffer().get(bits, 0, count);
      return;
    }
    in.asShortBuffer().get(halves, 0, count);
    boolean brain = brain(from);
    for (int i = 0; brain && i < count; i++) {
      bits[i] = halves[i] << 16;
    }
    for (int i = 0; !brain && i < count; i++) {
      bits[i] = HalfFloat.toFloatBits(halves[i]);
    }
  }

  private static boolean isHalf(DType dtype) {
    return dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
  }

  private static boolean brain(DType half) {
    return switch (half) {
      case BFLOAT16 -> true;
      case FLOAT16 -> false;
      default -> throw new IllegalArgumentException(half + " can't be cast");
    };
  }

  /** Writes the values and keeps what they have become. */
  private void put(ByteBuffer out, DType to, int count) {
    if (to == DType.FLOAT32) {
      for (int i = 0; i < count; i++) {
        int nan = INFINITY - (bits[i] & 0x7fffffff) >> 31;
        cast[i] = bits[i] & ~nan | 0x7fc00000 & nan;
      }
      out.asIntBuffer().put(cast, 0, count);
      return;
    }
    boolean brain = brain(to);
    for (int i = 0; brain && i < count; i++) {
      cast[i] = BrainFloat.round(bits[i]);
    }
    for (int i = 0; brain && i < count; i++) {
      halves[i] = (short) (cast[i] >>> 16);
    }
    for (int i = 0; !brain && i < count; i++) {
      halves[i] = HalfFloat.of(bits[i]);
      cast[i] = HalfFloat.toFloatBits(halves[i]);
    }
    out.asShortBuffer().put(halves, 0, count);
  }

  private void putDoubles(ByteBuffer out, int count) {
    for (int i = 0; i < count; i++) {
      doubles[i] = doubles[i] == doubles[i] ? doubles[i] : Double.NaN;
    }
    out.asDoubleBuffer().put(doubles, 0, count);
  }

  /**
   * A cast between two 16-bit types, looked up: 512 KiB, of which weights touch little. The sum of
   * what is looked up counts what was lost, so that an element takes one addition.
   */
  private static final class HalfTable {
    private static final int VALUES = 1 << 16;

    /** Elements whose numbers, summed, stay below the counts. */
    private static final int AT_ONCE = 1 << 11;

    private static final int CHANGED = 28;
    private static final int INFINITE = 40;
    private static final int ZERO = 52;
    private static final int COUNT = (1 << 12) - 1;

    /** The number in the lowest 16 bits; above it a 1 for each way of losing something. */
    private final long[] casts = new long[VALUES];

    private HalfTable(boolean brain) {
      for (int value = 0; value < VALUES; value++) {
        short half = (short) value;
        int before = brain ? half << 16 : HalfFloat.toFloatBits(half);
        int number = brain ? HalfFloat.of(before) & 0xffff : BrainFloat.round(before) >>> 16;
        int after = brain ? HalfFloat.toFloatBits((short) number) : number << 16;
        casts[value] = number | lost(before, after);
      }
    }

    private static long lost(int before, int after) {
      var count = new CastLosses.Count();
      count.count(new int[] {before}, new int[] {after}, 1);
      CastLosses losses = count.losses();
      long changed = losses.none() ? 0 : 1;
      return changed << CHANGED | losses.overflowed() << INFINITE | losses.underflowed() << ZERO;
    }

    /** Made when it is needed. */
    private static final class FromBrain {
      private static final HalfTable TABLE = new HalfTable(true);
    }

    /** The other way. */
    private static final class FromHalf {
      private static final HalfTable TABLE = new HalfTable(false);
    }

    /** From bfloat16 to binary16, or back. */
    static HalfTable from(boolean brain) {
      return brain ? FromBrain.TABLE : FromHalf.TABLE;
    }

    /** Casts numbers in their place. */
    void cast(short[] halves, int count, CastLosses.Count lost) {
      for (int at = 0; at < count; at += AT_ONCE) {
        long sum = sum(halves, at, Math.min(count, at + AT_ONCE));
        lost.add(
            (int) (sum >>> CHANGED) & COUNT,
            (int) (sum >>> INFINITE) & COUNT,
            (int) (sum >>> ZERO));
      }
    }

    private long sum(short[] halves, int from, int to) {
      long sum = 0;
      for (int i = from; i < to; i++) {
        long cast = casts[halves[i] & VALUES - 1];
        halves[i] = (short) cast;
        sum += cast;
      }
      return sum;
    }
  }

  /**
   * bfloat16: the upper half of a binary32. Whole numbers only and no branches, so that a loop can
   * become vector instructions. A binary32 is given and taken as its bits.
   */
  private static final class BrainFloat {
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

  /** IEEE 754 binary16. Free of branches, so that loops over it are fast. */
  static final class HalfFloat {
    private static final int INFINITY = 0x7c00;
    private static final int QUIET = 0x7e00;

    private HalfFloat() {}

    /** The bits of the binary32 of the same value; a NaN becomes the quiet one. */
    static int toFloatBits(short half) {
      int size = half & 0x7fff;
      int sign = (half & 0x8000) << 16;
      // Read as a binary32 the exponent is 112 too small; the product is exact, subnormals
      // included.
      float scaled = Float.intBitsToFloat(size << 13) * 0x1p112f;
      int special = size > INFINITY ? 0x7fc00000 : sign | 0x7f800000;
      return size >= INFINITY ? special : sign | Float.floatToRawIntBits(scaled);
    }

    /** The nearest half, ties to even, of a binary32 given as its bits. */
    static short of(int bits) {
      int sign = bits >>> 16 & 0x8000;
      int size = bits & 0x7fffffff;
      int normal = size - (112 << 23) + 0xfff + (size >>> 13 & 1) >>> 13;
      // Below the smallest normal number: adding 0.5 leaves the fraction rounded at the right
      // place.
      float shifted = Float.intBitsToFloat(size) + 0.5f;
      int subnormal = Float.floatToRawIntBits(shifted) - 0x3f000000;
      int finite = size >= 0x38800000 ? normal : subnormal;
      int number = sign | (size >= 0x477ff000 ? INFINITY : finite);
      return (short) (size > 0x7f800000 ? QUIET : number);
    }
  }
}
