package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Lists the pairs of key and value of what is a dict in Python, and the values of lists. */
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

  /** Whether a value is a dict or a list, whose values have keys or indexes. */
  public static boolean isNamed(PickleValue value) {
    return listed(value).isPresent() || of(value).isPresent();
  }

  /** How many values there are in it. */
  public static long count(PickleValue value) {
    return listed(value).map(List::size).orElseGet(() -> of(value).orElseThrow().size());
  }

  /** The values, each with its key or index. */
  public static Iterator<Map.Entry<String, PickleValue>> named(PickleValue value) {
    return listed(value)
        .map(
            items ->
                IntStream.range(0, items.size())
                    .mapToObj(i -> Map.entry(Integer.toString(i), items.get(i))))
        .orElseGet(
            () ->
                of(value).orElseThrow().stream().map(entry -> Map.entry(key(entry), entry.value())))
        .iterator();
  }

  private static String key(Entry entry) {
    if (entry.key() instanceof Text text) {
      return text.value();
    }
    return entry.key() instanceof Int number
        ? number.value().toString()
        : PickleText.of(entry.key());
  }

  private static Optional<List<PickleValue>> listed(PickleValue value) {
    boolean deque =
        value instanceof Call call
            && call.calls("collections", "deque")
            && PickleNames.meaning(call) == Meaning.DATA;
    return deque ? Optional.of(((Call) value).appended()) : items(value);
  }

  private static Optional<List<PickleValue>> items(PickleValue value) {
    if (value instanceof Sequence list) {
      return Optional.of(list.items());
    }
    return value instanceof Tuple tuple ? Optional.of(tuple.items()) : Optional.empty();
  }
}
