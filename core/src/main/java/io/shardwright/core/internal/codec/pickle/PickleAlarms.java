package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

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
    var reach = new Reach(made, cursor);
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

  /**
   * Which of the values that calls are given hold something, however deep. Each value is looked at
   * once, so a tuple that a thousand calls share costs what one costs.
   */
  private static final class Reach {
    private static final int VALUE = 120;
    private static final int EDGE = 8;

    private final Map<PickleValue, List<PickleValue>> holders = new IdentityHashMap<>();
    private final PickleCursor cursor;

    Reach(Collection<Call> calls, PickleCursor cursor) {
      this.cursor = cursor;
      Deque<PickleValue> open = new ArrayDeque<>();
      calls.stream().filter(this::isNew).forEach(open::push);
      while (!open.isEmpty()) {
        PickleValue value = open.pop();
        for (PickleValue part : parts(value)) {
          boolean name = part instanceof Global;
          if ((name || PickleDepth.isContainer(part)) && isNew(part) && !name) {
            open.push(part);
          }
          if (holders.containsKey(part)) {
            cursor.keep(EDGE);
            holders.get(part).add(value);
          }
        }
      }
    }

    private boolean isNew(PickleValue value) {
      if (holders.containsKey(value)) {
        return false;
      }
      cursor.keep(VALUE);
      holders.put(value, new ArrayList<>(1));
      return true;
    }

    /** A call holds what it is given and filled with; what it calls is a question of its own. */
    private static List<PickleValue> parts(PickleValue value) {
      List<PickleValue> all = PickleDepth.children(value);
      return value instanceof Call ? all.subList(1, all.size()) : all;
    }

    /** The values that are such, and those that hold one. */
    Set<PickleValue> holding(Predicate<PickleValue> wanted) {
      Set<PickleValue> found = Collections.newSetFromMap(new IdentityHashMap<>());
      Deque<PickleValue> open = new ArrayDeque<>();
      holders.keySet().stream().filter(wanted).forEach(open::push);
      while (!open.isEmpty()) {
        PickleValue value = open.pop();
        if (found.add(value)) {
          cursor.keep(EDGE);
          holders.get(value).forEach(open::push);
        }
      }
      return found;
    }
  }
}
