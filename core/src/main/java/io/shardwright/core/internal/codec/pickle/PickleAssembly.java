package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Fillable;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fills containers with items, for opcodes such as APPENDS and SETITEMS. Only what Python could
 * fill without running code is filled.
 */
final class PickleAssembly {
  /** The list of a view's sizes is in a tuple of arguments in a tuple of arguments. */
  private static final int DEEPEST_ARGUMENT = 4;

  private static final int ITEM = 8;
  private static final int ENTRY = 120;

  private final PickleCursor cursor;
  private final CallRules rules = new CallRules();
  private final PickleKeys keys;
  private final Map<Object, Set<Object>> known = new IdentityHashMap<>();

  PickleAssembly(PickleCursor cursor) {
    this.cursor = cursor;
    this.keys = new PickleKeys(cursor, rules);
  }

  /**
   * Notes that a call has its arguments. Those that are understood copy them, so that Python would
   * not see what is filled in later.
   */
  void call(Call call) {
    if (rules.copies(call)) {
      copy(call.args(), 0);
    }
  }

  private void copy(PickleValue value, int depth) {
    boolean container =
        value instanceof Fillable && !(value instanceof Call call && !rules.isContainer(call));
    boolean news = container && ((Fillable) value).copy();
    if (depth >= DEEPEST_ARGUMENT) {
      return;
    }
    if (value instanceof Tuple tuple) {
      tuple.items().forEach(item -> copyPart(item, depth));
    } else if (news && value instanceof Sequence list) {
      list.items().forEach(item -> copyPart(item, depth));
    }
  }

  private void copyPart(PickleValue item, int depth) {
    if (item instanceof Tuple || item instanceof Fillable) {
      cursor.step();
      copy(item, depth + 1);
    }
  }

  private void requireOpen(PickleValue container) {
    if (container instanceof Fillable filled && filled.isCopied()) {
      throw cursor.malformed("fills what a call has copied already");
    }
  }

  PickleValue append(PickleValue container, List<PickleValue> items) {
    requireOpen(container);
    cursor.keep((long) ITEM * items.size());
    if (container instanceof Sequence list) {
      list.items().addAll(items);
    } else if (container instanceof Call object && rules.takesItems(object)) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("appends to what is no list");
    }
    return container;
  }

  PickleValue add(PickleValue container, List<PickleValue> items) {
    requireOpen(container);
    cursor.keep((long) ITEM * items.size());
    if (container instanceof SetValue set) {
      set.items().addAll(items);
    } else if (container instanceof Call object && rules.takesMembers(object)) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("adds to what is no set");
    }
    return container;
  }

  PickleValue set(PickleValue container, List<PickleValue> pairs) {
    requireOpen(container);
    List<Entry> entries = entries(container);
    if (pairs.size() % 2 != 0) {
      throw cursor.malformed("a key without a value");
    }
    cursor.keep((long) ENTRY * pairs.size() / 2);
    Set<Object> seen = known.computeIfAbsent(container, c -> new HashSet<>());
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!seen.add(keys.identity(pairs.get(i)))) {
        throw cursor.malformed("a dict with the same key twice");
      }
      entries.add(new Entry(pairs.get(i), pairs.get(i + 1)));
    }
    return container;
  }

  void build(PickleValue object, PickleValue state) {
    if (!(object instanceof Call call && rules.takesState(call, state))) {
      throw cursor.malformed("sets the state of what has none, or has one already");
    }
    call.build(state);
    if (rules.copies(call)) {
      copy(state, 0);
    }
  }

  private List<Entry> entries(PickleValue container) {
    if (container instanceof Dict dict) {
      return dict.entries();
    }
    if (container instanceof Call object && rules.takesEntries(object)) {
      return object.entries();
    }
    throw cursor.malformed("sets items of what is no dict");
  }
}
