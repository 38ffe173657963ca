package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Calls that would do in Python what no weights need, whether or not their results are thrown away:
 * of a name on the alarm list, with such a name anywhere in what they are given, or of the result
 * of another call. Decided when all is read, since a value may be filled after it was given.
 */
final class PickleAlarms {
  private static final int MOST = 1_000;
  private static final int CALL = 8;
  private static final Global PARTIAL = new Global("functools", "partial");

  private final PickleCursor cursor;
  private final List<Call> made = new ArrayList<>();
  private final Map<Global, Boolean> known = new HashMap<>();
  private Set<PickleValue> dangers = Set.of();
  private Set<PickleValue> methods = Set.of();

  PickleAlarms(PickleCursor cursor) {
    this.cursor = cursor;
  }

  void see(Call call) {
    cursor.keep(CALL);
    made.add(call);
  }

  /**
   * The first of them.
   *
   * @param names all of the pickle's
   */
  List<Call> calls(Collection<Global> names) {
    if (names.stream().noneMatch(this::isDangerous)) {
      return made.stream()
          .filter(call -> !(call.callable() instanceof Global) || InertCalls.changesClass(call))
          .limit(MOST)
          .toList();
    }
    var reach = new PickleReach(made, cursor);
    dangers = reach.holding(value -> value instanceof Global name && isDangerous(name));
    methods = reach.holding(value -> value instanceof Call call && InertCalls.bindsMethod(call));
    return made.stream().filter(this::isAlarm).limit(MOST).toList();
  }

  private boolean isAlarm(Call call) {
    Optional<Global> callee = InertCalls.name(call.callable());
    if (callee.isEmpty() || isGiven(call, dangers) || dangers.contains(call.state())) {
      return true;
    }
    return isDangerous(callee.get())
        ? !isInert(call)
        : InertCalls.changesClass(call)
            || appendsByItsState(call)
            || isGiven(call, methods) && !callee.get().equals(PARTIAL);
  }

  /** Python appends by the method of that name, which a state may have set. */
  private boolean appendsByItsState(Call call) {
    return !call.appended().isEmpty() && methods.contains(call.state());
  }

  private static boolean isGiven(Call call, Set<PickleValue> holding) {
    return holding.contains(call.args()) || holding.contains(call.kwargs());
  }

  /** What is filled afterwards may be a class, and its methods run when it is used. */
  private boolean isInert(Call call) {
    boolean filled =
        call.state() != null || !call.appended().isEmpty() || !call.entries().isEmpty();
    boolean named = InertCalls.name(call).filter(name -> !isDangerous(name)).isPresent();
    return !filled
        && (named
            || InertCalls.bindsMethod(call)
            || TypeExpression.is(call) && !isGiven(call, methods));
  }

  private boolean isDangerous(Global global) {
    return known.computeIfAbsent(global, name -> PickleNames.meaning(name) == Meaning.DANGEROUS);
  }
}
