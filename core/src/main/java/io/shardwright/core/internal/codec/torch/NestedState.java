package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The values of a dict of dicts and lists, by their keys joined by dots. Keys are texts, numbers,
 * and pairs of names such as {@code (torch.bfloat16, torch.float32)}.
 */
public final class NestedState {
  private static final int DEPTH = 10;

  private final Guard guard;
  private final String where;
  private final Map<String, PickleValue> flat = new LinkedHashMap<>();

  private NestedState(Guard guard, String where) {
    this.guard = guard;
    this.where = where;
  }

  /**
   * All values that are no dicts of values.
   *
   * @param where the file, for messages
   * @throws MalformedCheckpointException if two have one name
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if there are more than a limit
   *     allows
   */
  public static Map<String, PickleValue> flat(PickleValue dict, Guard guard, String where) {
    var state = new NestedState(guard, where);
    state.add("", dict, 0);
    return state.flat;
  }

  /** The pairs of a dict; none of another value. */
  public static List<Entry> entries(PickleValue dict) {
    return PickleEntries.of(dict)
        .orElseGet(() -> dict instanceof Call call ? call.entries() : List.of());
  }

  private void add(String prefix, PickleValue holder, int depth) {
    for (Entry entry : held(holder)) {
      Optional<String> key = key(entry.key());
      if (key.isPresent()) {
        String name = prefix + key.get();
        boolean leaf =
            TorchFile.isTensor(entry.value()) || depth > DEPTH || held(entry.value()).isEmpty();
        if (leaf) {
          put(name, entry.value());
        } else {
          add(name + ".", entry.value(), depth + 1);
        }
      }
    }
  }

  /** The pairs of a dict; of a list of tensors, dicts or lists its items by their numbers. */
  private static List<Entry> held(PickleValue holder) {
    if (!(holder instanceof Sequence list)) {
      return entries(holder);
    }
    boolean holds =
        list.items().stream()
            .anyMatch(
                item ->
                    item instanceof Sequence
                        || TorchFile.isTensor(item)
                        || !entries(item).isEmpty());
    return IntStream.range(0, holds ? list.items().size() : 0)
        .mapToObj(at -> new Entry(Int.of(at), list.items().get(at)))
        .toList();
  }

  private static Optional<String> key(PickleValue key) {
    if (key instanceof Text text) {
      return Optional.of(text.value()).filter(WholeText::is);
    }
    if (key instanceof Tuple pair && pair.items().stream().allMatch(Global.class::isInstance)) {
      return Optional.of(
          pair.items().stream()
              .map(PickleValue::toString)
              .collect(Collectors.joining(", ", "(", ")")));
    }
    return key instanceof Int number ? Optional.of(number.value().toString()) : Optional.empty();
  }

  private void put(String name, PickleValue value) {
    guard.require(Limit.TENSORS, flat.size(), where);
    if (flat.put(name, value) != null) {
      throw new MalformedCheckpointException(
          ErrorCode.TORCH_MALFORMED, where, "holds '" + name + "' again");
    }
  }
}
