package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
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
import java.util.regex.Pattern;

/**
 * Finds calls that would do in Python what no weight file needs: calls of a name on the alarm list,
 * calls with such a name anywhere in their arguments, and calls of another call's result, whether
 * or not their results are used. Decided when all is read, since a value may be filled after it was
 * passed.
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
          if ((name || PickleWalk.isContainer(part)) && isNew(part) && !name) {
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
      List<PickleValue> all = PickleWalk.children(value);
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

  /**
   * The calls of {@code getattr} that every Python writes: a name within a class in protocols below
   * 4 ({@code getattr(Model, 'forward')}), and a method of an object ({@code getattr(model,
   * 'forward')}; CPython 3.11, {@code Lib/pickle.py} and {@code method_reduce}).
   */
  private static final class InertCalls {
    private static final Global GETATTR = new Global("builtins", "getattr");
    private static final Global TYPE = new Global("builtins", "type");
    private static final Pattern ATTRIBUTE = Pattern.compile("(?!__)[A-Za-z_][A-Za-z0-9_]{0,100}");
    private static final int LONGEST = 1_000;
    private static final int DEEPEST = 16;

    private InertCalls() {}

    /** The name that a value is, as protocol 4 writes it: {@code getattr(m.A, 'b')} is m.A.b. */
    static Optional<Global> name(PickleValue value) {
      String attributes = "";
      PickleValue object = value;
      for (int i = 0; i < DEEPEST && object instanceof Call call && isGetattr(call); i++) {
        attributes = "." + ((Text) args(call).get(1)).value() + attributes;
        object = args(call).get(0);
      }
      if (!(object instanceof Global global) || attributes.isEmpty()) {
        return object instanceof Global global ? Optional.of(global) : Optional.empty();
      }
      return global.name().length() > LONGEST
          ? Optional.empty()
          : Optional.of(new Global(global.module(), global.name() + attributes));
    }

    /** Whether it takes a method of an object that is data, or of an unknown class. */
    static boolean bindsMethod(Call call) {
      if (!isGetattr(call)) {
        return false;
      }
      PickleValue object = args(call).get(0);
      boolean made =
          !(object instanceof Call owner)
              || name(owner.callable()).filter(InertCalls::hasHarmlessMethods).isPresent();
      return made && !(object instanceof Global || object instanceof PersistentId);
    }

    /** The methods of a path delete and write files. */
    private static boolean hasHarmlessMethods(Global type) {
      return PickleNames.meaning(type) != Meaning.DANGEROUS && !type.module().startsWith("pathlib");
    }

    /** Whether it takes an object's class and sets its attributes. */
    static boolean changesClass(Call call) {
      return TYPE.equals(call.callable()) && call.state() != null;
    }

    private static boolean isGetattr(Call call) {
      return call.kind() == Call.Kind.REDUCE
          && GETATTR.equals(call.callable())
          && args(call).size() == 2
          && args(call).get(1) instanceof Text attribute
          && attribute.value().length() <= LONGEST
          && ATTRIBUTE.matcher(attribute.value()).matches();
    }

    private static List<PickleValue> args(Call call) {
      return ((Tuple) call.args()).items();
    }
  }
}
