package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Adds a product of two narrow matrices to a wide one in binary32. The sum over the rank goes from
 * first to last and is rounded at each step, whatever the block, so that the result is the same.
 *
 * <p>A tile of columns stays in the processor's cache for all rows, an array for each of its own
 * rows: a simple loop over several arrays is what the compiler makes vector instructions of, which
 * a loop over several places of one array is not (measured: a sixth of the speed).
 */
final class ProductSum {
  private static final int TILE_BYTES = 1 << 17;
  private static final int MOST_COLUMNS = 1024;
  private static final int LEAST_COLUMNS = 64;

  /** Rows of the tile that are added at once. */
  private static final int STEP = 4;

  private final Row first = new Row();
  private final Row second = new Row();
  private float[][] tile = new float[0][];
  private int rank;
  private int width;

  /** A row that is added to. */
  private static final class Row {
    private final float[] values = new float[MOST_COLUMNS];
    private final float[] sums = new float[MOST_COLUMNS];
    private float[] factors = new float[0];
    private int place;

    void read(FloatBuffer rows, int at, FloatBuffer b, int from, int rank, int some) {
      place = at;
      rows.get(at, values, 0, some);
      b.get(from, factors, 0, rank);
      Arrays.fill(sums, 0, some, 0);
    }

    void write(FloatBuffer rows, float scale, int some) {
      for (int j = 0; j < some; j++) {
        values[j] += scale * sums[j];
      }
      rows.put(place, values, 0, some);
    }
  }

  void add(ByteBuffer rows, LowRankRows product) {
    size(product.rank());
    FloatBuffer into = floats(rows);
    FloatBuffer left = floats(product.b());
    FloatBuffer right = floats(product.a());
    int columns = product.columns();
    for (int from = 0; from < columns; from += width) {
      int some = Math.min(width, columns - from);
      for (int k = 0; k < rank; k++) {
        right.get(k * columns + from, tile[k], 0, some);
      }
      for (int row = 0; row < product.count(); row += 2) {
        // The last row of an odd number is its own neighbour.
        int next = Math.min(row + 1, product.count() - 1);
        first.read(into, row * columns + from, left, row * rank, rank, some);
        second.read(into, next * columns + from, left, next * rank, rank, some);
        sum(some);
        first.write(into, product.scale(), some);
        second.write(into, product.scale(), some);
      }
    }
  }

  private static FloatBuffer floats(ByteBuffer bytes) {
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /** The rank is filled up with zeros to whole steps: a sum plus zero is that sum. */
  private void size(int wanted) {
    if (wanted != rank || tile.length == 0) {
      rank = wanted;
      int steps = (rank + STEP - 1) / STEP * STEP;
      int fitting = TILE_BYTES / Float.BYTES / Math.max(1, steps);
      width = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, fitting));
      tile = new float[steps][width];
      first.factors = new float[steps];
      second.factors = new float[steps];
    }
  }

  private void sum(int some) {
    for (int k = 0; k < tile.length; k += STEP) {
      add(first.factors, second.factors, k, some);
    }
  }

  private void add(float[] b, float[] c, int k, int some) {
    float[] one = first.sums;
    float[] two = second.sums;
    float[] a0 = tile[k];
    float[] a1 = tile[k + 1];
    float[] a2 = tile[k + 2];
    float[] a3 = tile[k + 3];
    float b0 = b[k];
    float b1 = b[k + 1];
    float b2 = b[k + 2];
    float b3 = b[k + 3];
    float c0 = c[k];
    float c1 = c[k + 1];
    float c2 = c[k + 2];
    float c3 = c[k + 3];
    // Everything is read before anything is written, for all the compiler knows the arrays are one.
    for (int j = 0; j < some; j++) {
      float t0 = a0[j];
      float t1 = a1[j];
      float t2 = a2[j];
      float t3 = a3[j];
      float sum = one[j] + b0 * t0;
      sum += b1 * t1;
      sum += b2 * t2;
      sum += b3 * t3;
      float other = two[j] + c0 * t0;
      other += c1 * t1;
      other += c2 * t2;
      other += c3 * t3;
      one[j] = sum;
      two[j] = other;
    }
  }
}
