package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Lists the values in dicts and lists, each with its key or index. */
public final class PickleChildren {
  private PickleChildren() {}

  /** Whether a value is such. */
  public static boolean isNamed(PickleValue value) {
    return items(value).isPresent() || PickleEntries.of(value).isPresent();
  }

  /** How many there are. */
  public static long count(PickleValue value) {
    return items(value)
        .map(List::size)
        .orElseGet(() -> PickleEntries.of(value).orElseThrow().size());
  }

  /** The values with their keys. */
  public static Iterator<Map.Entry<String, PickleValue>> named(PickleValue value) {
    return items(value)
        .map(
            items ->
                IntStream.range(0, items.size())
                    .mapToObj(i -> Map.entry(Integer.toString(i), items.get(i))))
        .orElseGet(
            () ->
                PickleEntries.of(value).orElseThrow().stream()
                    .map(entry -> Map.entry(key(entry), entry.value())))
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

  private static Optional<List<PickleValue>> items(PickleValue value) {
    if (value instanceof Sequence list) {
      return Optional.of(list.items());
    }
    if (value instanceof Tuple tuple) {
      return Optional.of(tuple.items());
    }
    boolean deque =
        value instanceof Call call
            && call.calls("collections", "deque")
            && PickleNames.meaning(call) == Meaning.DATA;
    return deque ? Optional.of(((Call) value).appended()) : Optional.empty();
  }
}
