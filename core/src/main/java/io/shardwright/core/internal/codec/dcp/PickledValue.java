package io.shardwright.core.internal.codec.dcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the values of a {@code .metadata} become. Texts, numbers, element types, classes and sizes
 * are Java's own; what has no meaning for tensors is {@link Plain#PASSED}.
 */
final class PickledValue {
  private PickledValue() {}

  /** Values without content. */
  enum Plain {
    /** Python's None. */
    NONE,
    /** What was read and is not kept. */
    PASSED
  }

  /** A tuple. */
  record Tuple(List<Object> items) {}

  /** An object of one of the classes that matter. */
  static final class Instance {
    private final PickledClass type;
    private Object state;

    Instance(PickledClass type) {
      this.type = type;
    }

    boolean is(PickledClass other) {
      return type == other;
    }

    PickledClass type() {
      return type;
    }

    /** The state; null before it is set. */
    Object state() {
      return state;
    }

    /** Sets the state; false where it has one already. */
    boolean build(Object given) {
      boolean first = state == null;
      state = given;
      return first;
    }

    /** A field of the state; empty where there is none of that name and kind. */
    <T> Optional<T> field(String name, Class<T> kind) {
      return state instanceof Pairs pairs ? pairs.get(name, kind) : Optional.empty();
    }

    /** Whether a field is absent or None. */
    boolean isNone(String name) {
      return !(state instanceof Pairs pairs && pairs.keys.contains(name))
          || field(name, Plain.class).filter(Plain.NONE::equals).isPresent();
    }
  }

  /** A dict. */
  static final class Pairs {
    private final List<Object> keys = new ArrayList<>(4);
    private final List<Object> values = new ArrayList<>(4);
    private Places places;

    /** Adds a pair. */
    void put(Object key, Object value) {
      keys.add(key);
      values.add(value);
    }

    /** The storage data's entries, where it is that. */
    Places places() {
      places = places == null ? new Places() : places;
      return places;
    }

    int size() {
      return keys.size();
    }

    Object key(int at) {
      return keys.get(at);
    }

    Object value(int at) {
      return values.get(at);
    }

    /** The value of a text; empty where it is of another kind, or is there twice. */
    <T> Optional<T> get(String name, Class<T> kind) {
      int at = keys.indexOf(name);
      boolean once = at >= 0 && at == keys.lastIndexOf(name);
      return once && kind.isInstance(values.get(at))
          ? Optional.of(kind.cast(values.get(at)))
          : Optional.empty();
    }
  }
}
