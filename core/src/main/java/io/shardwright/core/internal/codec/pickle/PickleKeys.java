package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What makes two keys of a dict equal in Python. All that is returned can be ordered, so that keys
 * of one hash, which are easily made, cost no more than others.
 */
final class PickleKeys {
  /** A tree of sixty tuples can have 2^60 leaves; Python would never end to hash it. */
  private static final int MOST_PARTS = 10_000;

  private static final int DEEPEST = 200;

  private final PickleCursor cursor;
  private final CallRules rules;
  private final Map<PickleValue, Integer> objects = new IdentityHashMap<>();
  private int parts;

  PickleKeys(PickleCursor cursor, CallRules rules) {
    this.cursor = cursor;
    this.rules = rules;
  }

  /** A key that is written as a text. */
  private record Written(String text) implements Comparable<Written> {
    @Override
    public int compareTo(Written other) {
      return text.compareTo(other.text);
    }
  }

  /**
   * What equals the identity of every key that Python takes for the same. Objects equal themselves
   * only, since their own code decides in Python.
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
    parts = 0;
    String written = write(key, 0);
    cursor.keep(written.length());
    return written.startsWith("i") ? new BigInteger(written.substring(1)) : new Written(written);
  }

  private String write(PickleValue key, int depth) {
    if (++parts > MOST_PARTS || depth > DEEPEST) {
      throw cursor.malformed(
          "a dict key of over " + MOST_PARTS + " parts or " + DEEPEST + " levels");
    }
    cursor.step();
    if (key instanceof Tuple tuple) {
      return "(" + String.join("", writeAll(tuple.items(), depth)) + ")";
    }
    if (key instanceof SetValue set && set.frozen()) {
      return "{" + String.join("", new TreeSet<>(writeAll(set.items(), depth))) + "}";
    }
    if (isMutable(key)) {
      throw cursor.malformed("a dict key that can change, which Python does not take");
    }
    return plain(key);
  }

  private List<String> writeAll(List<PickleValue> items, int depth) {
    var written = new ArrayList<String>();
    for (PickleValue item : items) {
      String part = write(item, depth + 1);
      cursor.keep(part.length());
      written.add(part.length() + part);
    }
    return written;
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
