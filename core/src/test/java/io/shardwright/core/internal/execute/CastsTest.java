package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Casts against their definition: the nearest value, of two the even one. */
class CastsTest {
  @Test
  void everyHalfComesBackFromSinglePrecision() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = half(bits);
      if (!Float.isNaN(value)) {
        assertEquals((short) bits, half(value), "half " + bits);
      }
    }
  }

  @Test
  void everyBfloatComesBackFromSinglePrecision() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      if (!Float.isNaN(value)) {
        assertEquals(value, cast(value, DType.BFLOAT16), "bfloat16 " + bits);
      }
    }
  }

  @Test
  void roundsToTheNearestHalf() {
    var random = new Random(7);
    for (int round = 0; round < 200_000; round++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (round % 3 == 0) {
        value = (float) ((random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(50) - 30));
      }
      requireNearest(value, half(value));
    }
  }

  @Test
  void roundsTiesBetweenHalvesToTheEvenOne() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = half(bits);
      double high = half(bits + 1);
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertEquals((short) even, half((float) ((low + high) / 2)), "above " + bits);
    }
  }

  private static void requireNearest(float value, short found) {
    String where = value + " became " + Integer.toHexString(found & 0xffff);
    if (Float.isNaN(value)) {
      assertTrue(Float.isNaN(half(found)), where);
    } else if (Math.abs(value) >= 65_520) {
      assertEquals(Math.signum(value) * Float.POSITIVE_INFINITY, half(found), where);
    } else {
      double away = Math.abs((double) half(found) - value);
      for (int step : new int[] {-1, 1}) {
        float other = half(found + step);
        boolean neighbour = !Float.isNaN(other) && !Float.isInfinite(other);
        assertTrue(!neighbour || Math.abs((double) other - value) >= away, where);
      }
    }
  }

  @Test
  void turnsEveryNanIntoTheQuietOneOfTheNewType() {
    var nans = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    nans.putInt(0, 0xff800001).putInt(4, 0x7fffffff);
    assertEquals(0x7e007e00, cast(nans, DType.FLOAT32, DType.FLOAT16).getInt(0));
    assertEquals(0x7fc07fc0, cast(nans, DType.FLOAT32, DType.BFLOAT16).getInt(0));
    assertEquals(0x7ff8000000000000L, cast(nans, DType.FLOAT32, DType.FLOAT64).getLong(8));
    nans.putLong(0, 0xfff0000000000001L);
    assertEquals(0x7fc00000, cast(nans, DType.FLOAT64, DType.FLOAT32).getInt(0));
    nans.putInt(0, 0xff817c01);
    assertEquals(0x7fc00000, cast(nans, DType.FLOAT16, DType.FLOAT32).getInt(0));
    assertEquals(0x7fc00000, cast(nans, DType.BFLOAT16, DType.FLOAT32).getInt(4));
  }

  @Test
  void castsAndCountsEveryElementOfALongBlock() {
    var random = new Random(11);
    int count = 10_001;
    var source = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      source.putDouble(8 * i, (random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(60) - 35));
    }
    for (DType to : new DType[] {DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16}) {
      var casts = new Casts();
      var target = ByteBuffer.allocate(to.byteSize() * count).order(ByteOrder.LITTLE_ENDIAN);
      casts.convert(source, DType.FLOAT64, target, to, 0.25);
      var expected = new long[3];
      for (int i = 0; i < count; i++) {
        double value = source.getDouble(8 * i) + 0.25;
        float found = element(target, i, to);
        assertEquals(nearest((float) value, to), found, "seed 11, element " + i + " as " + to);
        expected[found == 0 ? 1 : Float.isInfinite(found) ? 0 : 2] += found == value ? 0 : 1;
      }
      assertEquals(new CastLosses(expected[0], expected[1], expected[2]), casts.losses());
    }
  }

  private static float element(ByteBuffer bytes, int index, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> bytes.getFloat(4 * index);
      case FLOAT16 -> half(bytes.getShort(2 * index));
      default -> Float.intBitsToFloat(bytes.getShort(2 * index) << 16);
    };
  }

  private static float nearest(float value, DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> value;
      case FLOAT16 -> half(half(value));
      default -> value == 0 ? value : brain(value);
    };
  }

  /** Rounds the fraction to eight digits by arithmetic alone. */
  private static float brain(float value) {
    double unit = Math.scalb(1.0, Math.getExponent(value) - 7);
    return (float) (Math.rint(value / unit) * unit);
  }

  private static float half(int bits) {
    return Float.intBitsToFloat(Casts.HalfFloat.toFloatBits((short) bits));
  }

  private static short half(float value) {
    return Casts.HalfFloat.of(Float.floatToRawIntBits(value));
  }

  private static ByteBuffer cast(ByteBuffer source, DType from, DType to) {
    int count = source.remaining() / from.byteSize();
    var target = ByteBuffer.allocate(count * to.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    new Casts().convert(source, from, target, to);
    return target;
  }

  @Test
  void castsEveryNumberOfSixteenBitsAsByWayOfSinglePrecision() {
    var all = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      all.putShort(2 * bits, (short) bits);
    }
    var types = new DType[] {DType.FLOAT16, DType.BFLOAT16};
    for (int i = 0; i < 2; i++) {
      var there = new Casts();
      var target = ByteBuffer.allocate(2 << 16);
      there.convert(all, types[i], target, types[1 - i]);
      var byWay = new Casts();
      ByteBuffer wide = cast(all, types[i], DType.FLOAT32);
      var expected = ByteBuffer.allocate(2 << 16);
      byWay.convert(wide, DType.FLOAT32, expected, types[1 - i]);
      assertEquals(expected, target, "from " + types[i]);
      assertEquals(byWay.losses(), there.losses(), "from " + types[i]);
    }
  }

  @Test
  void countsWhatIsLost() {
    var casts = new Casts();
    var values = new float[] {1f, 1e6f, 1e-9f, 1.0001f, Float.NaN, Float.NEGATIVE_INFINITY, -0f};
    var source = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    source.asFloatBuffer().put(values);
    var target = ByteBuffer.allocate(2 * values.length);
    casts.convert(source, DType.FLOAT32, target, DType.FLOAT16);
    assertEquals(new CastLosses(1, 1, 1), casts.losses());
  }

  @Test
  void goesThroughSinglePrecisionFromDoubleAsPytorchDoes() {
    double tie = 1 + 0x1p-11 + 0x1p-40;
    var source = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, tie);
    var target = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    new Casts().convert(source, DType.FLOAT64, target, DType.FLOAT16);
    assertEquals(half((float) tie), target.getShort(0));
    assertEquals(0x3c00, target.getShort(0));
  }

  private static float cast(float value, DType to) {
    var source = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, value);
    var half = ByteBuffer.allocate(2);
    new Casts().convert(source, DType.FLOAT32, half, to);
    var back = ByteBuffer.allocate(4);
    new Casts().convert(half, to, back, DType.FLOAT32);
    return back.order(ByteOrder.LITTLE_ENDIAN).getFloat(0);
  }
}
