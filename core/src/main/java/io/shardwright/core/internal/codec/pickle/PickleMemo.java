package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memo of the pickle machine: cells that are filled in order in a list, all others by number.
 */
final class PickleMemo {
  private static final int DENSE = 8;
  private static final int SPARSE = 80;

  private final PickleCursor cursor;
  private final long limit;
  private final List<PickleValue> dense = new ArrayList<>();
  private final Map<Long, PickleValue> sparse = new HashMap<>();

  PickleMemo(PickleCursor cursor) {
    this.cursor = cursor;
    this.limit = cursor.guard().limit(Limit.PICKLE_MEMO);
  }

  int size() {
    return dense.size() + sparse.size();
  }

  void put(long cell, PickleValue value) {
    if (cell < dense.size()) {
      dense.set((int) cell, value);
      return;
    }
    if (cell == dense.size() && !sparse.containsKey(cell)) {
      cursor.keep(DENSE);
      dense.add(value);
    } else if (sparse.put(cell, value) == null) {
      cursor.keep(SPARSE);
    }
    if (size() > limit) {
      throw Guard.over(Limit.PICKLE_MEMO, size(), limit, cursor.where());
    }
  }

  PickleValue get(long cell) {
    PickleValue value = cell < dense.size() ? dense.get((int) cell) : sparse.get(cell);
    if (value == null) {
      throw cursor.malformed("reads memo cell " + cell + ", which was never set");
    }
    return value;
  }
}
