package io.shardwright.core.internal.read;

import io.shardwright.core.internal.codec.quantized.Float8;
import io.shardwright.core.internal.execute.Casts;
import io.shardwright.core.outline.ValueStatistics;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Measures the distribution of tensors' values while their bytes pass: in one pass and in constant
 * memory, whatever a tensor's size. As the range is known at the end only, values are counted by
 * the upper 16 bits of their binary32, and these counts are sorted into the histogram.
 */
final class ValueMeasure {
  static final int PARTS = 40;

  private static final int BLOCK = 4096;

  private final long[] counts = new long[1 << Short.SIZE];
  private final double[] values = new double[BLOCK];
  private final Casts casts = new Casts();
  private final ByteBuffer wide =
      ByteBuffer.allocate(BLOCK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long count;
  private long zeros;
  private double min;
  private double max;
  private double sum;
  private double squares;

  ValueMeasure() {
    clear();
  }

  /** Forgets what was measured, for the next tensor. */
  void clear() {
    Arrays.fill(counts, 0);
    count = 0;
    zeros = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    sum = 0;
    squares = 0;
  }

  /** Adds a block of whole elements. */
  void add(ByteBuffer block, DType dtype) {
    int size = dtype.byteSize();
    int elements = block.remaining() / size;
    for (int at = 0; at < elements; at += BLOCK) {
      int some = Math.min(BLOCK, elements - at);
      ByteBuffer part =
          block.slice(block.position() + at * size, some * size).order(ByteOrder.LITTLE_ENDIAN);
      if (read(part, dtype, some)) {
        add(some);
      }
    }
  }

  /** Reads numbers; false for types that have none. */
  private boolean read(ByteBuffer part, DType dtype, int some) {
    switch (dtype) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 -> {
        casts.convert(part, dtype, wide, DType.FLOAT64);
        wide.asDoubleBuffer().get(values, 0, some);
      }
      case FLOAT8_E4M3FN, FLOAT8_E5M2, FLOAT8_E8M0FNU -> {
        float[] meaning = Float8.of(dtype).values();
        for (int i = 0; i < some; i++) {
          values[i] = meaning[part.get(i) & 0xff];
        }
      }
      default -> {
        return integers(part, dtype, some);
      }
    }
    return true;
  }

  private boolean integers(ByteBuffer part, DType dtype, int some) {
    for (int i = 0; i < some; i++) {
      switch (dtype) {
        case INT64 -> values[i] = part.getLong(8 * i);
        case UINT64 -> values[i] = unsigned(part.getLong(8 * i));
        case INT32 -> values[i] = part.getInt(4 * i);
        case UINT32 -> values[i] = part.getInt(4 * i) & 0xffffffffL;
        case INT16 -> values[i] = part.getShort(2 * i);
        case UINT16 -> values[i] = part.getShort(2 * i) & 0xffff;
        case INT8 -> values[i] = part.get(i);
        case UINT8, BOOL -> values[i] = part.get(i) & 0xff;
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : 2.0 * (bits >>> 1 | bits & 1);
  }

  private void add(int some) {
    double own = 0;
    double ownSquares = 0;
    for (int i = 0; i < some; i++) {
      double value = values[i];
      if (value - value == 0) {
        count++;
        zeros += value == 0 ? 1 : 0;
        min = Math.min(min, value);
        max = Math.max(max, value);
        own += value;
        ownSquares += value * value;
        counts[key(value)]++;
      }
    }
    sum += own;
    squares += ownSquares;
  }

  /** A binary64 beyond the range of binary32 counts at its end. */
  private static int key(double value) {
    float near = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    return Float.floatToRawIntBits(near) >>> Short.SIZE;
  }

  /** The distribution so far; empty where there was no finite number. */
  Optional<ValueStatistics> statistics() {
    if (count == 0) {
      return Optional.empty();
    }
    double mean = Math.max(min, Math.min(max, sum / count));
    // Adding nothing makes a -0 a 0.
    double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    return Optional.of(
        new ValueStatistics(
            count,
            zeros,
            min + 0.0,
            max + 0.0,
            mean,
            deviation,
            Arrays.stream(parts()).boxed().toList()));
  }

  private long[] parts() {
    long[] parts = new long[min == max ? 1 : PARTS];
    for (int key = 0; key < counts.length; key++) {
      if (counts[key] > 0) {
        parts[part(Float.intBitsToFloat(key << Short.SIZE), parts.length)] += counts[key];
      }
    }
    return parts;
  }

  private int part(double value, int parts) {
    double from = min / parts;
    double width = max / parts - from;
    double at = width == 0 ? 0 : (value / parts - from) / width * parts;
    return (int) Math.max(0, Math.min(parts - 1, at));
  }
}
