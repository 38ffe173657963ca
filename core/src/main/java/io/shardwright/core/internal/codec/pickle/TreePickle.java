package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a pickle's values of a tree as {@link PickleTree} gives it: an object with a {@code
 * _target_} is a call of that name.
 *
 * @param where the file, for messages
 * @param tensor makes one of a call that is none; empty for every other
 */
public record TreePickle(String where, Function<Obj, Optional<PickleValue>> tensor) {
  private static final String TARGET = "_target_";
  private static final String ARGUMENTS = "_args_";

  /** What says how a value is made, and is none of its fields. */
  private static final List<String> WORDS = List.of(TARGET, ARGUMENTS, "_call_", "_name_");

  /**
   * Values without tensors.
   *
   * @param where the file, for messages
   */
  public TreePickle(String where) {
    this(where, object -> Optional.empty());
  }

  /**
   * The values.
   *
   * @throws UnsafeCheckpointException if a name would run code when Python loads it
   */
  public PickleValue of(JsonValue tree) {
    if (tree instanceof Bool flag) {
      return flag.value() ? Constant.TRUE : Constant.FALSE;
    }
    if (tree instanceof Num number) {
      return number(number.text());
    }
    if (tree instanceof Str text) {
      return new Text(text.value());
    }
    if (tree instanceof Arr list) {
      var sequence = new Sequence();
      list.items().forEach(item -> sequence.items().add(of(item)));
      return sequence;
    }
    return tree instanceof Obj object
        ? tensor.apply(object).orElseGet(() -> object(object))
        : Constant.NONE;
  }

  private static PickleValue number(String text) {
    return text.matches("-?[0-9]+")
        ? new Int(new BigInteger(text))
        : new Real(Double.parseDouble(text));
  }

  private PickleValue object(Obj object) {
    if (object.get(TARGET).flatMap(JsonValue::asText).isEmpty()) {
      return fields(object, List.of());
    }
    Global name = name(object.get(TARGET).flatMap(JsonValue::asText).get());
    if (object.get("_call_").filter(new Bool(false)::equals).isPresent()) {
      return name;
    }
    Optional<PickleValue> builtin = builtin(name, object);
    if (builtin.isPresent()) {
      return builtin.get();
    }
    Dict state = fields(object, WORDS);
    Call call = call(name, object);
    if (call.kind() == Call.Kind.NEWOBJ || !state.entries().isEmpty()) {
      call.build(state);
    }
    return call;
  }

  /** A tuple of a list, or a dict of pairs, whose keys may be numbers. */
  private Optional<PickleValue> builtin(Global name, Obj object) {
    if (!(object.get(ARGUMENTS).orElse(null) instanceof Arr args)
        || args.items().size() != 1
        || !(args.items().get(0) instanceof Arr list)) {
      return Optional.empty();
    }
    return switch (name.toString()) {
      case "builtins.tuple" ->
          Optional.of(Tuple.of(list.items().stream().map(this::of).toArray(PickleValue[]::new)));
      case "builtins.dict" -> Optional.of(pairs(list));
      default -> Optional.empty();
    };
  }

  private Dict pairs(Arr list) {
    var dict = new Dict();
    for (JsonValue item : list.items()) {
      if (item instanceof Arr pair && pair.items().size() == 2) {
        dict.put(of(pair.items().get(0)), of(pair.items().get(1)));
      }
    }
    return dict;
  }

  private Call call(Global name, Obj object) {
    return object.get(ARGUMENTS).orElse(null) instanceof Arr args
        ? Call.reduce(name, args.items().stream().map(this::of).toArray(PickleValue[]::new))
        : new Call(Call.Kind.NEWOBJ, name, Tuple.of(), Constant.NONE);
  }

  private Dict fields(Obj object, List<String> without) {
    var dict = new Dict();
    object
        .fields()
        .forEach(
            (key, value) -> {
              if (!without.contains(key)) {
                dict.put(new Text(key), of(value));
              }
            });
    return dict;
  }

  private Global name(String dotted) {
    int dot = dotted.lastIndexOf('.');
    var name = new Global(dotted.substring(0, Math.max(0, dot)), dotted.substring(dot + 1));
    if (dot < 1 || PickleNames.meaning(name) == Meaning.DANGEROUS) {
      throw new UnsafeCheckpointException(
          ErrorCode.PICKLE_FORBIDDEN,
          where,
          "would name '" + dotted + "', which runs code when Python loads it: it is not written");
    }
    return name;
  }
}
