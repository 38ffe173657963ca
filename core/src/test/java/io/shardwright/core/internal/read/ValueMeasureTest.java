package io.shardwright.core.internal.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.outline.ValueStatistics;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueMeasureTest {
  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ValueStatistics measured(ByteBuffer block, DType dtype) {
    var measure = new ValueMeasure();
    measure.add(block, dtype);
    return measure.statistics().orElseThrow();
  }

  /** What a second and a third pass find. */
  private static void assertStates(List<Double> values, ValueStatistics found, String where) {
    var finite = values.stream().filter(Double::isFinite).toList();
    double mean = finite.stream().mapToDouble(v -> v).average().orElseThrow();
    double variance =
        finite.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double scale = Math.max(Math.abs(found.min()), Math.abs(found.max()));
    assertEquals(finite.size(), found.count(), where);
    assertEquals(finite.stream().filter(v -> v == 0).count(), found.zeros(), where);
    assertEquals(Collections.min(finite), found.min(), 0.0, where);
    assertEquals(Collections.max(finite), found.max(), 0.0, where);
    assertEquals(mean, found.mean(), 1e-12 * scale, where);
    assertEquals(Math.sqrt(variance), found.deviation(), 1e-6 * scale, where);
    assertEquals(
        finite.size(), found.histogram().stream().mapToLong(n -> n).sum(), where + " histogram");
  }

  private static double any(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> -0.0;
      default -> random.nextGaussian();
    };
  }

  @Test
  void statesWhatASecondPassFinds() {
    for (long seed = 0; seed < 40; seed++) {
      var random = new Random(seed);
      int count = 1 + random.nextInt(9000);
      var doubles = bytes(8 * count);
      var floats = bytes(4 * count);
      var brains = bytes(2 * count);
      var values = new ArrayList<Double>();
      var brainValues = new ArrayList<Double>();
      for (int i = 0; i < count; i++) {
        double value = i == 0 ? 1.5 : (float) any(random);
        doubles.putDouble(value);
        floats.putFloat((float) value);
        int upper = Float.floatToIntBits((float) value) >>> 16;
        brains.putShort((short) upper);
        values.add(value);
        brainValues.add((double) Float.intBitsToFloat(upper << 16));
      }
      String where = "seed " + seed + ", " + count + " values";
      assertStates(values, measured(doubles.flip(), DType.FLOAT64), where);
      assertStates(values, measured(floats.flip(), DType.FLOAT32), where);
      assertStates(brainValues, measured(brains.flip(), DType.BFLOAT16), where);
    }
  }

  @Test
  void readsEveryHalf() {
    var block = bytes(1 << 17);
    for (int half = 0; half < 1 << 16; half++) {
      block.putShort((short) half);
    }
    var found = measured(block.flip(), DType.FLOAT16);
    assertEquals((1 << 16) - 2 * 1024, found.count());
    assertEquals(2, found.zeros());
    assertEquals(65504, found.max());
    assertEquals(-65504, found.min());
    assertEquals(0, found.mean(), 1e-9);
  }

  @Test
  void readsIntegersAndEightBits() {
    assertEquals(Math.pow(2, 64), measured(bytes(8).putLong(-1).flip(), DType.UINT64).max());
    assertEquals(-1, measured(bytes(8).putLong(-1).flip(), DType.INT64).min());
    assertEquals(4294967295.0, measured(bytes(4).putInt(-1).flip(), DType.UINT32).max());
    assertEquals(255, measured(bytes(1).put((byte) -1).flip(), DType.UINT8).max());
    assertEquals(448, measured(bytes(1).put((byte) 0x7e).flip(), DType.FLOAT8_E4M3FN).max());
  }

  @Test
  void equalPartsHoldWhatLiesInThem() {
    var block = bytes(4 * 1000);
    for (int i = 0; i < 1000; i++) {
      block.putFloat(i < 700 ? -1 : 1);
    }
    var histogram = measured(block.flip(), DType.FLOAT32).histogram();
    assertEquals(ValueMeasure.PARTS, histogram.size());
    assertEquals(700, histogram.get(0));
    assertEquals(300, histogram.get(ValueMeasure.PARTS - 1));
  }

  @Test
  void equalValuesHaveOnePartAndNoDeviation() {
    var found = measured(bytes(8).putFloat(0.1f).putFloat(0.1f).flip(), DType.FLOAT32);
    assertEquals(List.of(2L), found.histogram());
    assertEquals(0, found.deviation(), 1e-9);
  }

  @Test
  void theLargestDoublesHaveAHistogram() {
    var found =
        measured(
            bytes(16).putDouble(Double.MAX_VALUE).putDouble(-Double.MAX_VALUE).flip(),
            DType.FLOAT64);
    assertEquals(2, found.histogram().stream().mapToLong(n -> n).sum());
    assertEquals(0, found.mean());
  }

  @Test
  void withoutAFiniteNumberThereAreNone() {
    var measure = new ValueMeasure();
    measure.add(bytes(4).putFloat(Float.NaN).flip(), DType.FLOAT32);
    measure.add(bytes(8).putLong(0).flip(), DType.COMPLEX64);
    assertTrue(measure.statistics().isEmpty());
  }

  @Test
  void forgetsTheTensorBefore() {
    var measure = new ValueMeasure();
    measure.add(bytes(4).putFloat(7).flip(), DType.FLOAT32);
    measure.clear();
    measure.add(bytes(4).putFloat(2).flip(), DType.FLOAT32);
    assertEquals(2, measure.statistics().orElseThrow().max());
    assertEquals(1, measure.statistics().orElseThrow().count());
  }
}
