package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Rows of a matrix, and what is to be added to them. */
record RandomProduct(
    int rows, int columns, int rank, float scale, float[] w, float[] b, float[] a) {
  private static final double U = 0x1p-24;

  static RandomProduct of(Random random) {
    int rows = 1 + random.nextInt(9);
    int columns = 1 + random.nextInt(random.nextBoolean() ? 40 : 2500);
    int rank = random.nextInt(random.nextBoolean() ? 6 : 70);
    int size = random.nextInt(4) * 40 - 60;
    return new RandomProduct(
        rows,
        columns,
        rank,
        (float) random.nextGaussian(),
        values(random, rows * columns, size),
        values(random, rows * rank, size / 2),
        values(random, rank * columns, size / 2));
  }

  /** Some of about the size of each other, some far off, some zero. */
  private static float[] values(Random random, int count, int exponent) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int off = random.nextInt(8) == 0 ? random.nextInt(40) - 20 : 0;
      float value = (float) Math.scalb(random.nextGaussian(), exponent + off);
      values[i] = random.nextInt(20) == 0 ? 0 : value;
    }
    return values;
  }

  LowRankRows added() {
    return new LowRankRows(rows, columns, rank, bytes(b), bytes(a), scale);
  }

  static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  static float[] floats(ByteBuffer bytes) {
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** Compares some elements with their exact values. */
  void requireWithinTolerance(float[] found, String where) {
    for (int place = 0; place < found.length; place += 1 + found.length / 500) {
      int row = place / columns;
      int column = place % columns;
      var exact = BigDecimal.ZERO;
      double sizes = 0;
      for (int k = 0; k < rank; k++) {
        float left = b[row * rank + k];
        float right = a[k * columns + column];
        exact = exact.add(new BigDecimal(left).multiply(new BigDecimal(right)));
        sizes += Math.abs((double) left * right);
      }
      exact = exact.multiply(new BigDecimal(scale)).add(new BigDecimal(w[place]));
      double off = exact.subtract(new BigDecimal(found[place])).abs().doubleValue();
      double allowed =
          (rank + 3) * U * (Math.abs(w[place]) + Math.abs(scale) * sizes)
              + (rank * Math.abs(scale) + 2) * 0x1p-149;
      assertTrue(off <= allowed, where + ": " + off + " over " + allowed + ", " + place);
    }
  }
}
