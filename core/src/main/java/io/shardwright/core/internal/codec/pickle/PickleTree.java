package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gives a pickle's values as a tree. What Python would make by a call is an object with the
 * callable's name; bytes and storages are nothing.
 *
 * @param where the file, for messages
 * @param tensor says what a tensor of one number is; empty for every other value
 */
public record PickleTree(
    Guard guard, String where, Function<PickleValue, Optional<JsonValue>> tensor) {
  private static final int DEPTH = 100;
  private static final long COST = 64;

  /**
   * Values whose tensors are not looked into.
   *
   * @param where the file, for messages
   */
  public PickleTree(Guard guard, String where) {
    this(guard, where, value -> Optional.empty());
  }

  /**
   * The tree; what lies deeper than configurations do is left out.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public JsonValue of(PickleValue root) {
    return value(root, 0);
  }

  private JsonValue value(PickleValue value, int depth) {
    guard.take(COST, where);
    if (depth > DEPTH || value instanceof Bytes) {
      return Null.NULL;
    }
    if (value instanceof Constant constant) {
      return constant == Constant.NONE ? Null.NULL : new Bool(constant == Constant.TRUE);
    }
    if (value instanceof Int number) {
      return new Num(number.value().toString());
    }
    if (value instanceof Real number) {
      return new Num(Double.toString(number.value()));
    }
    if (value instanceof Text text) {
      return new Str(text.value());
    }
    return value instanceof Global name ? new Str(name.toString()) : container(value, depth + 1);
  }

  private JsonValue container(PickleValue value, int depth) {
    Optional<JsonValue> number = tensor.apply(value);
    if (number.isPresent()) {
      return number.get();
    }
    if (value instanceof Dict dict) {
      return fields(Obj.empty(), dict.entries(), depth);
    }
    if (value instanceof Call call) {
      return object(call, depth);
    }
    return items(value).<JsonValue>map(items -> list(items, depth)).orElse(Null.NULL);
  }

  private static Optional<List<PickleValue>> items(PickleValue value) {
    if (value instanceof Sequence list) {
      return Optional.of(list.items());
    }
    if (value instanceof SetValue set) {
      return Optional.of(set.items());
    }
    return value instanceof Tuple tuple ? Optional.of(tuple.items()) : Optional.empty();
  }

  private Arr list(List<PickleValue> items, int depth) {
    return new Arr(items.stream().map(item -> value(item, depth)).toList());
  }

  private Obj fields(Obj object, List<Entry> entries, int depth) {
    for (Entry entry : entries) {
      String key =
          entry.key() instanceof Text text
              ? text.value()
              : entry.key() instanceof Int number ? number.value().toString() : "";
      object.put(key, value(entry.value(), depth));
    }
    return object;
  }

  private Obj object(Call call, int depth) {
    Obj object = Obj.empty();
    if (call.callable() instanceof Global name) {
      object.put("_target_", new Str(name.toString()));
    }
    items(call.args())
        .filter(args -> !args.isEmpty())
        .ifPresent(args -> object.put("_args_", list(args, depth)));
    if (call.state() instanceof Dict state) {
      fields(object, state.entries(), depth);
    }
    return fields(object, call.entries(), depth);
  }
}
