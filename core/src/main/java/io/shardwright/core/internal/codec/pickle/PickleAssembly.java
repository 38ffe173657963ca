package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fills containers. Only what Python could fill without running code is filled. */
final class PickleAssembly {
  private static final int LONGEST_KEY = 16;

  private final PickleCursor cursor;
  private final Map<Object, Set<Object>> keys = new IdentityHashMap<>();

  PickleAssembly(PickleCursor cursor) {
    this.cursor = cursor;
  }

  PickleValue append(PickleValue container, List<PickleValue> items) {
    if (container instanceof Sequence list) {
      list.items().addAll(items);
    } else if (container instanceof Call object) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("appends to what is no list");
    }
    return container;
  }

  PickleValue add(PickleValue container, List<PickleValue> items) {
    if (container instanceof SetValue set) {
      set.items().addAll(items);
    } else if (container instanceof Call object) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("adds to what is no set");
    }
    return container;
  }

  PickleValue set(PickleValue container, List<PickleValue> pairs) {
    List<Entry> entries =
        container instanceof Dict dict
            ? dict.entries()
            : container instanceof Call object ? object.entries() : null;
    if (entries == null) {
      throw cursor.malformed("sets items of what is no dict");
    }
    if (pairs.size() % 2 != 0) {
      throw cursor.malformed("a key without a value");
    }
    Set<Object> known = keys.computeIfAbsent(container, c -> new HashSet<>());
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!known.add(identity(pairs.get(i), 0))) {
        throw cursor.malformed("a dict with the same key twice");
      }
      entries.add(new Entry(pairs.get(i), pairs.get(i + 1)));
    }
    return container;
  }

  /** What makes two keys equal. Long or deep keys could make hashing slow and are refused. */
  private Object identity(PickleValue key, int depth) {
    if (key instanceof Bytes bytes) {
      return java.nio.ByteBuffer.wrap(bytes.value());
    }
    if (key instanceof Tuple tuple && tuple.items().size() <= LONGEST_KEY && depth < 2) {
      return tuple.items().stream().map(item -> identity(item, depth + 1)).toList();
    }
    boolean plain =
        key instanceof Text
            || key instanceof Int
            || key instanceof Real
            || key instanceof Constant
            || key instanceof PickleValue.Global;
    if (!plain && !(key instanceof Call)) {
      throw cursor.malformed("a dict key that is no plain value");
    }
    return key;
  }
}
