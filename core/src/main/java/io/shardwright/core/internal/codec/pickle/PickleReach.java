package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of the values that calls are given hold something, however deep. Each value is looked at
 * once, so a tuple that a thousand calls share costs what one costs.
 */
final class PickleReach {
  private static final int VALUE = 120;
  private static final int EDGE = 8;

  private final Map<PickleValue, List<PickleValue>> holders = new IdentityHashMap<>();
  private final PickleCursor cursor;

  PickleReach(Collection<Call> calls, PickleCursor cursor) {
    this.cursor = cursor;
    Deque<PickleValue> open = new ArrayDeque<>();
    calls.stream().filter(this::isNew).forEach(open::push);
    while (!open.isEmpty()) {
      PickleValue value = open.pop();
      for (PickleValue part : parts(value)) {
        boolean name = part instanceof Global;
        if ((name || PickleDepth.isContainer(part)) && isNew(part) && !name) {
          open.push(part);
        }
        if (holders.containsKey(part)) {
          cursor.keep(EDGE);
          holders.get(part).add(value);
        }
      }
    }
  }

  private boolean isNew(PickleValue value) {
    if (holders.containsKey(value)) {
      return false;
    }
    cursor.keep(VALUE);
    holders.put(value, new ArrayList<>(1));
    return true;
  }

  /** A call holds what it is given and filled with; what it calls is a question of its own. */
  private static List<PickleValue> parts(PickleValue value) {
    List<PickleValue> all = PickleDepth.children(value);
    return value instanceof Call ? all.subList(1, all.size()) : all;
  }

  /** The values that are such, and those that hold one. */
  Set<PickleValue> holding(Predicate<PickleValue> wanted) {
    Set<PickleValue> found = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<PickleValue> open = new ArrayDeque<>();
    holders.keySet().stream().filter(wanted).forEach(open::push);
    while (!open.isEmpty()) {
      PickleValue value = open.pop();
      if (found.add(value)) {
        cursor.keep(EDGE);
        holders.get(value).forEach(open::push);
      }
    }
    return found;
  }
}
