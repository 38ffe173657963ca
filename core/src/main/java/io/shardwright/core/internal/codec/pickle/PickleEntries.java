package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lists the pairs of key and value of objects that are dicts in Python. */
public final class PickleEntries {
  private static final Set<Global> KINDS =
      Set.of(
          new Global("collections", "OrderedDict"),
          new Global("collections", "Counter"),
          new Global("builtins", "dict"));
  private static final Global DEFAULT = new Global("collections", "defaultdict");

  private PickleEntries() {}

  /** The pairs in order; empty where a value is no dict. */
  public static Optional<List<Entry>> of(PickleValue value) {
    if (value instanceof Dict dict) {
      return Optional.of(dict.entries());
    }
    Optional<Global> callee = PickleNames.callee(value);
    if (callee.isEmpty() || PickleNames.meaning((Call) value) != Meaning.DATA) {
      return Optional.empty();
    }
    Call call = (Call) value;
    List<PickleValue> args = ((Tuple) call.args()).items();
    if (callee.get().equals(DEFAULT)) {
      return args.size() <= 1 ? Optional.of(call.entries()) : Optional.empty();
    }
    if (!KINDS.contains(callee.get()) || args.size() > 1) {
      return Optional.empty();
    }
    return args.isEmpty() ? Optional.of(call.entries()) : joined(args.get(0), call.entries());
  }

  /** Python 2 wrote pairs as the argument. Were any set besides, some key may stand twice. */
  private static Optional<List<Entry>> joined(PickleValue given, List<Entry> set) {
    if (!set.isEmpty()) {
      return Optional.empty();
    }
    if (given instanceof Dict dict) {
      return Optional.of(dict.entries());
    }
    var entries = new ArrayList<Entry>();
    for (PickleValue pair : items(given).orElse(List.of())) {
      var parts = items(pair).filter(two -> two.size() == 2 && two.get(0) instanceof Text);
      if (parts.isEmpty()) {
        return Optional.empty();
      }
      entries.add(new Entry(parts.get().get(0), parts.get().get(1)));
    }
    boolean distinct = entries.stream().map(Entry::key).distinct().count() == entries.size();
    return items(given).isPresent() && distinct ? Optional.of(entries) : Optional.empty();
  }

  private static Optional<List<PickleValue>> items(PickleValue value) {
    if (value instanceof Sequence list) {
      return Optional.of(list.items());
    }
    return value instanceof Tuple tuple ? Optional.of(tuple.items()) : Optional.empty();
  }
}
