package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Copies a graph of values and replaces some of them. Shared values stay shared and cycles stay
 * cycles. It does not recurse, so any depth is possible.
 */
public final class PickleCopy {
  /** A container on its way: its parts are copied before it is filled. */
  private record Unfinished(
      PickleValue original, PickleValue copy, Iterator<PickleValue> left, List<PickleValue> done) {}

  private final Map<PickleValue, PickleValue> copies = new IdentityHashMap<>();
  private final Deque<Unfinished> open = new ArrayDeque<>();
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

  public PickleValue copy(PickleValue value) {
    PickleValue copy = begin(value);
    while (!open.isEmpty()) {
      Unfinished container = open.peek();
      if (container.left().hasNext()) {
        container.done().add(begin(container.left().next()));
      } else {
        fill(open.pop());
      }
    }
    return copy;
  }

  /** A value's copy; a container's is empty until its turn comes. */
  private PickleValue begin(PickleValue value) {
    PickleValue known = copies.get(value);
    if (known != null) {
      return known;
    }
    boolean whole = value instanceof PersistentId || !PickleWalk.isContainer(value);
    PickleValue copy = value instanceof PersistentId ? storages.apply(value) : empty(value);
    copies.put(value, copy);
    if (!whole) {
      var parts = PickleWalk.children(value);
      open.push(new Unfinished(value, copy, parts.iterator(), new ArrayList<>(parts.size())));
    }
    return copy;
  }

  private static PickleValue empty(PickleValue value) {
    if (value instanceof Tuple) {
      return new Tuple(new ArrayList<>());
    }
    if (value instanceof Sequence) {
      return new Sequence();
    }
    if (value instanceof SetValue set) {
      return new SetValue(set.frozen());
    }
    if (value instanceof Dict) {
      return new Dict();
    }
    return value instanceof Call call ? new Call(call.kind()) : value;
  }

  private static void fill(Unfinished container) {
    List<PickleValue> parts = container.done();
    if (container.copy() instanceof Tuple tuple) {
      tuple.items().addAll(parts);
    } else if (container.copy() instanceof Sequence list) {
      list.items().addAll(parts);
    } else if (container.copy() instanceof SetValue set) {
      set.items().addAll(parts);
    } else if (container.copy() instanceof Dict dict) {
      dict.entries().addAll(entries(parts));
    } else {
      fill((Call) container.original(), (Call) container.copy(), parts);
    }
  }

  private static void fill(Call original, Call copy, List<PickleValue> parts) {
    copy.complete(parts.get(0), parts.get(1), parts.get(2));
    int items = 3 + original.appended().size();
    int entries = items + 2 * original.entries().size();
    copy.appended().addAll(parts.subList(3, items));
    copy.entries().addAll(entries(parts.subList(items, entries)));
    if (original.state() != null) {
      copy.build(parts.get(entries));
    }
  }

  private static List<Entry> entries(List<PickleValue> parts) {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < parts.size(); i += 2) {
      entries.add(new Entry(parts.get(i), parts.get(i + 1)));
    }
    return entries;
  }
}
