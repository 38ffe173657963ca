package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/**
 * Measures the differences of two tensors, block by block. Elements of one type are equal if their
 * bits are; elements of different types are equal if their values are.
 */
public final class Distance {
  private static final int BLOCK = 8192;

  private final DType first;
  private final DType second;
  private final Casts casts = new Casts();
  private final ByteBuffer firstValues = values();
  private final ByteBuffer secondValues = values();
  private long differing;
  private double absolute;
  private double relative;

  /** Nothing was compared yet. */
  public Distance(DType first, DType second) {
    this.first = first;
    this.second = second;
  }

  private static ByteBuffer values() {
    return ByteBuffer.allocate(8 * BLOCK).order(ByteOrder.nativeOrder());
  }

  /** Elements that differ. */
  public long differing() {
    return differing;
  }

  /** The largest difference of two numbers; 0 where none could be taken. */
  public double absolute() {
    return absolute;
  }

  /** The largest difference of two numbers in proportion to the larger of them. */
  public double relative() {
    return relative;
  }

  /** Compares two blocks of as many elements. */
  public void add(ByteBuffer one, ByteBuffer other) {
    if (first == second && one.mismatch(other) < 0) {
      return;
    }
    int elements = one.remaining() / first.byteSize();
    for (int at = 0; at < elements; at += BLOCK) {
      int count = Math.min(BLOCK, elements - at);
      part(slice(one, at, count, first), slice(other, at, count, second), count);
    }
  }

  private static ByteBuffer slice(ByteBuffer all, int at, int count, DType dtype) {
    return all.slice(all.position() + at * dtype.byteSize(), count * dtype.byteSize());
  }

  private void part(ByteBuffer one, ByteBuffer other, int count) {
    boolean numbers = first.isFloating() && second.isFloating();
    if (numbers) {
      casts.convert(one, first, firstValues, DType.FLOAT64);
      casts.convert(other, second, secondValues, DType.FLOAT64);
    }
    DoubleBuffer a = firstValues.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    DoubleBuffer b = secondValues.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    for (int i = 0; i < count; i++) {
      boolean equal =
          first == second ? sameBits(one, other, i) : numbers && same(a.get(i), b.get(i));
      if (!equal) {
        differing++;
        if (numbers) {
          measure(a.get(i), b.get(i));
        }
      }
    }
  }

  private boolean sameBits(ByteBuffer one, ByteBuffer other, int index) {
    int size = first.byteSize();
    return one.slice(index * size, size).equals(other.slice(index * size, size));
  }

  private static boolean same(double one, double other) {
    return one == other || Double.isNaN(one) && Double.isNaN(other);
  }

  private void measure(double one, double other) {
    double away = Math.abs(one - other);
    if (away > 0) {
      absolute = Math.max(absolute, away);
      double larger = Math.max(Math.abs(one), Math.abs(other));
      relative = Math.max(relative, Double.isInfinite(away) ? away : away / larger);
    }
  }
}
