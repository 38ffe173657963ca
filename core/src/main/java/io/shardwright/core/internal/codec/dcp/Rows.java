package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.guard.Guard;
import java.util.Arrays;

/**
 * Rows of whole numbers from 0 on, seven bits a byte: a million chunks take 20 MB, as objects they
 * would take 300.
 */
final class Rows {
  private static final int FIRST = 16;
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private byte[] bytes = {};
  private int size;
  private int[] starts = {};
  private int count;

  /** Begins a row. */
  void begin(Guard guard, String where) {
    if (count == starts.length) {
      int grown = grown(count);
      guard.take((long) Integer.BYTES * (grown - count), where);
      starts = Arrays.copyOf(starts, grown);
    }
    starts[count++] = size;
  }

  private static int grown(int size) {
    return Math.max(FIRST, Math.addExact(size, size / 2));
  }

  /** Adds a number to the last row. */
  void add(long number, Guard guard, String where) {
    if (bytes.length - size <= Long.SIZE / BITS) {
      int grown = grown(bytes.length);
      guard.take(grown - bytes.length, where);
      bytes = Arrays.copyOf(bytes, grown);
    }
    long rest = number;
    while (rest >= MORE) {
      bytes[size++] = (byte) (rest | MORE);
      rest >>>= BITS;
    }
    bytes[size++] = (byte) rest;
  }

  /** Adds numbers to the last row. */
  void addAll(long[] numbers, Guard guard, String where) {
    for (long number : numbers) {
      add(number, guard, where);
    }
  }

  int count() {
    return count;
  }

  long get(int row, int column) {
    int at = starts[row];
    for (int left = column; left > 0; at++) {
      left -= bytes[at] >= 0 ? 1 : 0;
    }
    long number = bytes[at] & (MORE - 1);
    for (int shift = BITS; bytes[at] < 0; shift += BITS) {
      number |= (long) (bytes[++at] & (MORE - 1)) << shift;
    }
    return number;
  }
}
