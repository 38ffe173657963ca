package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Fillable;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fills containers with items, for opcodes such as APPENDS and SETITEMS. Only what Python could
 * fill without running code is filled.
 */
final class PickleAssembly {
  /** The list of a view's sizes is in a tuple of arguments in a tuple of arguments. */
  private static final int DEEPEST_ARGUMENT = 4;

  private static final int ITEM = 8;
  private static final int ENTRY = 120;

  private final PickleCursor cursor;
  private final CallRules rules = new CallRules();
  private final PickleKeys keys;
  private final Map<Object, Set<Object>> known = new IdentityHashMap<>();

  PickleAssembly(PickleCursor cursor) {
    this.cursor = cursor;
    this.keys = new PickleKeys(cursor, rules);
  }

  /**
   * Notes that a call has its arguments. Those that are understood copy them, so that Python would
   * not see what is filled in later.
   */
  void call(Call call) {
    if (rules.copies(call)) {
      copy(call.args(), 0);
    }
  }

  private void copy(PickleValue value, int depth) {
    boolean container =
        value instanceof Fillable && !(value instanceof Call call && !rules.isContainer(call));
    boolean news = container && ((Fillable) value).copy();
    if (depth >= DEEPEST_ARGUMENT) {
      return;
    }
    if (value instanceof Tuple tuple) {
      tuple.items().forEach(item -> copyPart(item, depth));
    } else if (news && value instanceof Sequence list) {
      list.items().forEach(item -> copyPart(item, depth));
    }
  }

  private void copyPart(PickleValue item, int depth) {
    if (item instanceof Tuple || item instanceof Fillable) {
      cursor.step();
      copy(item, depth + 1);
    }
  }

  private void requireOpen(PickleValue container) {
    if (container instanceof Fillable filled && filled.isCopied()) {
      throw cursor.malformed("changes a value after a call copied it");
    }
  }

  PickleValue append(PickleValue container, List<PickleValue> items) {
    requireOpen(container);
    cursor.keep((long) ITEM * items.size());
    if (container instanceof Sequence list) {
      list.items().addAll(items);
    } else if (container instanceof Call object && rules.takesItems(object)) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("appends to a value that is not a list");
    }
    return container;
  }

  PickleValue add(PickleValue container, List<PickleValue> items) {
    requireOpen(container);
    cursor.keep((long) ITEM * items.size());
    if (container instanceof SetValue set) {
      set.items().addAll(items);
    } else if (container instanceof Call object && rules.takesMembers(object)) {
      object.appended().addAll(items);
    } else {
      throw cursor.malformed("adds to a value that is not a set");
    }
    return container;
  }

  PickleValue set(PickleValue container, List<PickleValue> pairs) {
    requireOpen(container);
    List<Entry> entries = entries(container);
    if (pairs.size() % 2 != 0) {
      throw cursor.malformed("a key without a value");
    }
    cursor.keep((long) ENTRY * pairs.size() / 2);
    Set<Object> seen = known.computeIfAbsent(container, c -> new HashSet<>());
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!seen.add(keys.identity(pairs.get(i)))) {
        throw cursor.malformed("a dict with the same key twice");
      }
      entries.add(new Entry(pairs.get(i), pairs.get(i + 1)));
    }
    return container;
  }

  void build(PickleValue object, PickleValue state) {
    if (!(object instanceof Call call && rules.takesState(call, state))) {
      throw cursor.malformed("sets the state of a value without state, or has one already");
    }
    call.build(state);
    if (rules.copies(call)) {
      copy(state, 0);
    }
  }

  private List<Entry> entries(PickleValue container) {
    if (container instanceof Dict dict) {
      return dict.entries();
    }
    if (container instanceof Call object && rules.takesEntries(object)) {
      return object.entries();
    }
    throw cursor.malformed("sets items of a value that is not a dict");
  }

  /**
   * Makes comparable forms of dict keys that are equal if Python finds the keys equal. They can be
   * ordered, so that keys of equal hash, which are easily made, cost no more than others.
   */
  private static final class PickleKeys {
    /** A tree of sixty tuples can have 2^60 leaves; Python would never end to hash it. */
    private static final int MOST_PARTS = 10_000;

    private static final int DEEPEST = 200;
    private static final int COST = 120;

    private final PickleCursor cursor;
    private final CallRules rules;
    private final Map<PickleValue, Integer> objects = new IdentityHashMap<>();
    private final Map<PickleValue, Part> written = new IdentityHashMap<>();

    PickleKeys(PickleCursor cursor, CallRules rules) {
      this.cursor = cursor;
      this.rules = rules;
    }

    /** A key or a part of one: as a text, and of how many values. */
    private record Part(String text, int count) {}

    /** A key that is written as a text. */
    private record Written(String text) implements Comparable<Written> {
      @Override
      public int compareTo(Written other) {
        return text.compareTo(other.text);
      }
    }

    /**
     * What equals the identity of every key that Python takes for the same. Objects equal
     * themselves only, since their own code decides in Python.
     *
     * @throws io.shardwright.spi.error.MalformedCheckpointException for what is no key in Python
     */
    Object identity(PickleValue key) {
      if (key instanceof Text text) {
        return text.value();
      }
      if (key instanceof Int number) {
        return number.value();
      }
      String text = write(key, 0).text();
      return text.startsWith("i") ? new BigInteger(text.substring(1)) : new Written(text);
    }

    /** Tuples and frozensets, which many keys may share, are written once. */
    private Part write(PickleValue key, int depth) {
      Part known = written.get(key);
      if (known != null) {
        return known;
      }
      cursor.step();
      boolean set = key instanceof SetValue items && items.frozen();
      if (!set && !(key instanceof Tuple)) {
        return new Part(plain(key), 1);
      }
      Part part = join(PickleWalk.children(key), set, depth);
      cursor.keep(COST + part.text().length());
      written.put(key, part);
      return part;
    }

    private Part join(List<PickleValue> items, boolean set, int depth) {
      Collection<String> texts = set ? new TreeSet<>() : new ArrayList<>();
      int count = 1;
      require(depth <= DEEPEST);
      for (PickleValue item : items) {
        Part part = write(item, depth + 1);
        count += part.count();
        require(count <= MOST_PARTS);
        cursor.keep(2L * part.text().length());
        texts.add(part.text().length() + part.text());
      }
      String joined = String.join("", texts);
      return new Part(set ? "{" + joined : "(" + joined, count);
    }

    private void require(boolean small) {
      if (!small) {
        throw cursor.malformed(
            "a dict key of over " + MOST_PARTS + " parts or " + DEEPEST + " levels");
      }
    }

    private boolean isMutable(PickleValue key) {
      return key instanceof Sequence
          || key instanceof Dict
          || key instanceof SetValue
          || key instanceof Bytes bytes && bytes.mutable()
          || key instanceof Call call && rules.isContainer(call);
    }

    /** In Python 1, 1.0 and True are one key. */
    private String plain(PickleValue key) {
      if (isMutable(key)) {
        throw cursor.malformed("a dict key that is mutable, which Python refuses");
      }
      if (key instanceof Text text) {
        return "t" + text.value();
      }
      if (key instanceof Bytes bytes) {
        return "b" + new String(bytes.value(), StandardCharsets.ISO_8859_1);
      }
      if (key instanceof Int number) {
        return "i" + number.value();
      }
      if (key instanceof Constant constant) {
        return constant == Constant.NONE ? "n" : constant == Constant.TRUE ? "i1" : "i0";
      }
      if (key instanceof Real real) {
        return real(real.value());
      }
      return key instanceof Global global
          ? "g" + global.module() + " " + global.name()
          : "o" + objects.computeIfAbsent(key, object -> objects.size());
    }

    private static String real(double value) {
      boolean whole = Math.rint(value) == value && !Double.isInfinite(value);
      return whole ? "i" + new BigDecimal(value).toBigInteger() : "f" + value;
    }
  }
}
