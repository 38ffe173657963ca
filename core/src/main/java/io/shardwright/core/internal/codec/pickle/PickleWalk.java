package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Walks a graph, each value once. */
public final class PickleWalk {
  private PickleWalk() {}

  /** Whether something outside the pickle belongs to the value, such as a tensor's storage. */
  public static boolean refersOutside(PickleValue root) {
    return any(root, PersistentId.class::isInstance);
  }

  /** Whether a value, or one that it is made of, is such. */
  public static boolean any(PickleValue root, Predicate<PickleValue> wanted) {
    return any(root, Collections.newSetFromMap(new IdentityHashMap<>()), wanted);
  }

  /**
   * The same for values that were not walked before.
   *
   * @param seen by identity; what is walked is added
   */
  public static boolean any(
      PickleValue root, Set<PickleValue> seen, Predicate<PickleValue> wanted) {
    Deque<PickleValue> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      PickleValue value = open.pop();
      if (wanted.test(value)) {
        return true;
      }
      if (isContainer(value) && seen.add(value)) {
        children(value).forEach(open::push);
      }
    }
    return false;
  }

  /**
   * Refuses a value that is nested too deeply, measured level by level.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming the limit
   */
  static void requireDepth(PickleValue root, PickleCursor cursor) {
    long limit = cursor.guard().limit(Limit.PICKLE_DEPTH);
    Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<PickleValue> level = List.of(root);
    for (long depth = 0; !level.isEmpty(); depth++) {
      if (depth > limit) {
        throw Guard.over(Limit.PICKLE_DEPTH, depth, limit, cursor.where());
      }
      var next = new ArrayList<PickleValue>();
      for (PickleValue value : level) {
        for (PickleValue child : children(value)) {
          if (isContainer(child) && seen.add(child)) {
            next.add(child);
          }
        }
      }
      level = next;
    }
  }

  /** Whether a value is made of others. */
  static boolean isContainer(PickleValue value) {
    return value instanceof Tuple
        || value instanceof Sequence
        || value instanceof SetValue
        || value instanceof Dict
        || value instanceof Call
        || value instanceof PersistentId;
  }

  /** What a value is made of, in order. */
  static List<PickleValue> children(PickleValue value) {
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof Sequence list) {
      return list.items();
    }
    if (value instanceof SetValue set) {
      return set.items();
    }
    var parts = new ArrayList<PickleValue>();
    if (value instanceof Dict dict) {
      addAll(parts, dict.entries());
    } else if (value instanceof PersistentId id) {
      parts.add(id.id());
    } else if (value instanceof Call call) {
      Collections.addAll(parts, call.callable(), call.args(), call.kwargs());
      parts.addAll(call.appended());
      addAll(parts, call.entries());
      if (call.state() != null) {
        parts.add(call.state());
      }
    }
    return parts;
  }

  private static void addAll(List<PickleValue> parts, List<Entry> entries) {
    for (Entry entry : entries) {
      parts.add(entry.key());
      parts.add(entry.value());
    }
  }
}
