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
      float value = HalfFloat.toFloat((short) bits);
      if (!Float.isNaN(value)) {
        assertEquals((short) bits, HalfFloat.of(value), "half " + bits);
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
      requireNearest(value, HalfFloat.of(value));
    }
  }

  @Test
  void roundsTiesBetweenHalvesToTheEvenOne() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      double low = HalfFloat.toFloat((short) bits);
      double high = HalfFloat.toFloat((short) (bits + 1));
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertEquals((short) even, HalfFloat.of((float) ((low + high) / 2)), "above " + bits);
    }
  }

  private static void requireNearest(float value, short found) {
    String where = value + " became " + Integer.toHexString(found & 0xffff);
    if (Float.isNaN(value)) {
      assertTrue(Float.isNaN(HalfFloat.toFloat(found)), where);
    } else if (Math.abs(value) >= 65_520) {
      assertEquals(Math.signum(value) * Float.POSITIVE_INFINITY, HalfFloat.toFloat(found), where);
    } else {
      double away = Math.abs((double) HalfFloat.toFloat(found) - value);
      for (int step : new int[] {-1, 1}) {
        float other = HalfFloat.toFloat((short) (found + step));
        boolean neighbour = !Float.isNaN(other) && !Float.isInfinite(other);
        assertTrue(!neighbour || Math.abs((double) other - value) >= away, where);
      }
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
    assertEquals(HalfFloat.of((float) tie), target.getShort(0));
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
