package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Formats a value as one line for people; long and deep values are cut. */
public final class PickleText {
  private static final int LONGEST = 200;
  private static final int DEEPEST = 4;

  private final StringBuilder text = new StringBuilder();

  private PickleText() {}

  /** For example {@code os.system('id')}. */
  public static String of(PickleValue value) {
    var written = new PickleText();
    written.write(value, 0);
    return written.full() ? written.text.substring(0, LONGEST) + "…" : written.text.toString();
  }

  /** The names that a call is of, or hands on, as far as a line can show them. */
  public static Set<Global> names(Call call) {
    var names = new LinkedHashSet<Global>();
    Stream.concat(Stream.of(call.callable()), shown(((Tuple) call.args()).items()))
        .flatMap(PickleText::withItems)
        .forEach(value -> add(names, value));
    return names;
  }

  private static void add(Set<Global> names, PickleValue value) {
    if (value instanceof Global name) {
      names.add(name);
    }
  }

  private static Stream<PickleValue> withItems(PickleValue value) {
    if (value instanceof Tuple tuple) {
      return shown(tuple.items());
    }
    return value instanceof Sequence list ? shown(list.items()) : Stream.of(value);
  }

  private static Stream<PickleValue> shown(List<PickleValue> items) {
    return items.stream().limit(LONGEST / 2);
  }

  private boolean full() {
    return text.length() > LONGEST;
  }

  private void write(PickleValue value, int depth) {
    if (full()) {
      return;
    }
    if (depth > DEEPEST) {
      text.append('…');
    } else if (value instanceof Call call) {
      write(call.callable(), depth + 1);
      write("(", ((Tuple) call.args()).items(), ")", depth);
    } else if (value instanceof Tuple tuple) {
      write("(", tuple.items(), ")", depth);
    } else if (value instanceof Sequence list) {
      write("[", list.items(), "]", depth);
    } else {
      text.append(plain(value));
    }
  }

  private void write(String open, List<PickleValue> items, String close, int depth) {
    text.append(open);
    for (int i = 0; i < items.size() && !full(); i++) {
      text.append(i == 0 ? "" : ", ");
      write(items.get(i), depth + 1);
    }
    text.append(close);
  }

  private static String plain(PickleValue value) {
    if (value instanceof Text text) {
      return "'" + cut(text.value()) + "'";
    }
    if (value instanceof Int number) {
      return cut(number.value().toString());
    }
    if (value instanceof Real number) {
      return Double.toString(number.value());
    }
    if (value instanceof Constant constant) {
      return constant == Constant.NONE ? "None" : constant == Constant.TRUE ? "True" : "False";
    }
    if (value instanceof Bytes bytes) {
      return "<" + bytes.value().length + " bytes>";
    }
    return value instanceof Global global ? cut(global.toString()) : "{…}";
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), LONGEST));
  }
}
