package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Measures nesting, level by level, each value once. */
final class PickleDepth {
  private PickleDepth() {}

  /**
   * Refuses a value that is nested too deeply for later walks.
   *
   * @throws MalformedCheckpointException naming the limit
   */
  static void require(PickleValue root, int limit, PickleCursor cursor) {
    Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<PickleValue> level = List.of(root);
    for (int depth = 0; !level.isEmpty(); depth++) {
      if (depth > limit) {
        throw new MalformedCheckpointException(
            ErrorCode.LIMIT_EXCEEDED,
            "pickle before byte " + cursor.position(),
            "nested over " + limit + " deep: raise --max-pickle-depth if you trust it");
      }
      var next = new ArrayList<PickleValue>();
      for (PickleValue value : level) {
        for (PickleValue child : children(value)) {
          if (seen.add(child)) {
            next.add(child);
          }
        }
      }
      level = next;
    }
  }

  /** What a value is made of, in order. */
  static List<PickleValue> children(PickleValue value) {
    var parts = new ArrayList<PickleValue>();
    if (value instanceof Tuple tuple) {
      parts.addAll(tuple.items());
    } else if (value instanceof Sequence list) {
      parts.addAll(list.items());
    } else if (value instanceof SetValue set) {
      parts.addAll(set.items());
    } else if (value instanceof Dict dict) {
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
