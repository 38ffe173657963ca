package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.dcp.PickledValue.Pairs;
import io.shardwright.core.internal.codec.dcp.PickledValue.Tuple;
import io.shardwright.core.internal.guard.Guard;

/**
 * Counts the memory of values from their beginning until the record that they belong to is dropped.
 * What the memo may hand out twice is not counted here, as it would be given back twice.
 */
final class PickledMemory {
  private static final int INSTANCE = 24;
  private static final int TUPLE = 48;
  private static final int ITEM = 24;
  private static final int LIST = 72;
  private static final int PAIRS = 120;
  private static final int PAIR = 32;

  /** A record is an instance with a dict of records, such as a plan's item with its index. */
  private static final int DEEPEST = 6;

  private final Guard guard;
  private final String where;

  PickledMemory(Guard guard, String where) {
    this.guard = guard;
    this.where = where;
  }

  /** Counts a new value. */
  <T> T take(T value) {
    guard.take(cost(value), where);
    return value;
  }

  /** Counts a pair of a dict. */
  void takePair(Object value) {
    guard.take(PAIR + part(value), where);
  }

  /** Gives back a value that is dropped, with what it holds. */
  void release(Object value) {
    release(value, 0);
  }

  private void release(Object value, int depth) {
    guard.giveBack(cost(value));
    if (depth == DEEPEST) {
      return;
    }
    if (value instanceof Tuple tuple) {
      tuple.items().forEach(item -> release(item, depth + 1));
    } else if (value instanceof Instance instance && instance.state() != null) {
      release(instance.state(), depth + 1);
    } else if (value instanceof Pairs pairs) {
      for (int at = 0; at < pairs.size(); at++) {
        release(pairs.value(at), depth + 1);
      }
    }
  }

  private static long cost(Object value) {
    if (value instanceof Tuple tuple) {
      long cost = TUPLE;
      for (Object item : tuple.items()) {
        cost += ITEM + part(item);
      }
      return cost;
    }
    if (value instanceof Pairs pairs) {
      long cost = PAIRS;
      for (int at = 0; at < pairs.size(); at++) {
        cost += PAIR + part(pairs.value(at));
      }
      return cost;
    }
    return value instanceof Boxes
        ? LIST
        : value instanceof Instance i && !i.is(PickledClass.PROPERTIES) ? INSTANCE : 0;
  }

  /** What a size adds to whatever holds it. */
  private static long part(Object value) {
    return value instanceof long[] size ? ITEM + (long) Long.BYTES * size.length : 0;
  }
}
