package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.guard.Guard;
import java.util.Arrays;

/** Numbers in one array, as a list of a million objects would take four times the memory. */
final class LongList {
  private static final int FIRST = 4;

  private long[] numbers = {};
  private int size;

  void add(long number, Guard guard, String where) {
    if (size == numbers.length) {
      int grown = Math.max(FIRST, Math.addExact(size, size / 2));
      guard.take((long) Long.BYTES * (grown - size), where);
      numbers = Arrays.copyOf(numbers, grown);
    }
    numbers[size++] = number;
  }

  void addAll(long[] more, Guard guard, String where) {
    for (long number : more) {
      add(number, guard, where);
    }
  }

  long get(int at) {
    return numbers[at];
  }

  int size() {
    return size;
  }
}
