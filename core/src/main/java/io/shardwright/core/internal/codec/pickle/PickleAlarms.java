package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls that would do in Python what no weights need, whether or not their results are thrown away:
 * of a name on the alarm list, with such a name among the arguments, or of the result of another
 * call.
 */
final class PickleAlarms {
  private static final int MOST = 1_000;

  private final List<Call> calls = new ArrayList<>();
  private final Map<Global, Boolean> known = new HashMap<>();

  void see(Call call) {
    if (calls.size() < MOST && isAlarm(call)) {
      calls.add(call);
    }
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  private boolean isAlarm(Call call) {
    return !(call.callable() instanceof Global global)
        || isDangerous(global)
        || call.args() instanceof Tuple args && args.items().stream().anyMatch(this::hands);
  }

  private boolean hands(PickleValue argument) {
    return argument instanceof Global global && isDangerous(global)
        || argument instanceof Tuple tuple && tuple.items().stream().anyMatch(this::isDangerous)
        || argument instanceof Sequence list && list.items().stream().anyMatch(this::isDangerous);
  }

  private boolean isDangerous(PickleValue value) {
    return value instanceof Global global
        && known.computeIfAbsent(global, name -> PickleNames.meaning(name) == Meaning.DANGEROUS);
  }
}
