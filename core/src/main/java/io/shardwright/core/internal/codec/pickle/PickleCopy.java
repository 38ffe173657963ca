package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A copy of a graph in which some values are others. What was one value stays one, cycles stay
 * cycles.
 */
public final class PickleCopy {
  private final Map<PickleValue, PickleValue> copies = new IdentityHashMap<>();
  private final UnaryOperator<PickleValue> storages;

  /**
   * A copier.
   *
   * @param storages what a persistent id becomes
   */
  public PickleCopy(UnaryOperator<PickleValue> storages) {
    this.storages = storages;
  }

  /** Puts another value in the place of one. */
  public void replace(PickleValue value, PickleValue by) {
    copies.put(value, by);
  }

  /** The copy. Graphs that were read are never nested too deeply for this. */
  public PickleValue copy(PickleValue value) {
    PickleValue known = copies.get(value);
    if (known != null) {
      return known;
    }
    if (value instanceof Tuple tuple) {
      return keep(value, new Tuple(all(tuple.items())));
    }
    if (value instanceof PersistentId) {
      return keep(value, storages.apply(value));
    }
    if (value instanceof Sequence list) {
      var copy = new Sequence();
      copies.put(value, copy);
      copy.items().addAll(all(list.items()));
      return copy;
    }
    if (value instanceof SetValue set) {
      var copy = new SetValue(set.frozen());
      copies.put(value, copy);
      copy.items().addAll(all(set.items()));
      return copy;
    }
    if (value instanceof Dict dict) {
      var copy = new Dict();
      copies.put(value, copy);
      copy.entries().addAll(entries(dict.entries()));
      return copy;
    }
    return value instanceof Call call ? copy(call) : keep(value, value);
  }

  private PickleValue keep(PickleValue value, PickleValue copy) {
    copies.put(value, copy);
    return copy;
  }

  private Call copy(Call call) {
    var copy = new Call(call.kind(), copy(call.callable()), copy(call.args()), copy(call.kwargs()));
    copies.put(call, copy);
    copy.appended().addAll(all(call.appended()));
    copy.entries().addAll(entries(call.entries()));
    if (call.state() != null) {
      copy.build(copy(call.state()));
    }
    return copy;
  }

  private List<PickleValue> all(List<PickleValue> values) {
    var copied = new ArrayList<PickleValue>();
    values.forEach(value -> copied.add(copy(value)));
    return copied;
  }

  private List<Entry> entries(List<Entry> entries) {
    var copied = new ArrayList<Entry>();
    entries.forEach(entry -> copied.add(new Entry(copy(entry.key()), copy(entry.value()))));
    return copied;
  }
}
