package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The call in a pickle that builds a tensor, without wrappers such as parameters and attributes.
 *
 * @param kind what is built, where that is no dense tensor of torch's own class
 */
record TensorCall(Call call, Optional<String> kind) {
  private static final Set<Global> CLASSES =
      Set.of(
          new Global("torch", "Tensor"),
          new Global("torch._tensor", "Tensor"),
          new Global("torch.nn.parameter", "Parameter"));

  /** The attributes of torch's tensors by which their values can be set. */
  private static final Set<String> VALUES = Set.of("data", "real", "imag");

  /**
   * Unwraps a tensor.
   *
   * @throws MalformedCheckpointException if it wraps something else
   */
  static TensorCall of(PickleValue value, String name, String file) {
    PickleValue inner = value;
    while (true) {
      if (!PickleNames.buildsTensor(inner)) {
        throw malformed(name, file);
      }
      Call call = (Call) inner;
      List<PickleValue> args = ((Tuple) call.args()).items();
      String function = ((Global) call.callable()).name();
      if (function.startsWith("_rebuild_parameter")) {
        inner = parameter(args, name, file);
      } else if (function.equals("_rebuild_from_type_v2")) {
        return ofType(call, args, name, file);
      } else {
        return new TensorCall(call, PickleNames.unreadableTensor(call));
      }
    }
  }

  private static PickleValue parameter(List<PickleValue> args, String name, String file) {
    if (args.size() < 3 || args.size() > 4) {
      throw malformed(name, file);
    }
    if (args.size() == 4) {
      requirePlainState(args.get(3), name, file);
    }
    return args.get(0);
  }

  private static TensorCall ofType(Call call, List<PickleValue> args, String name, String file) {
    boolean known =
        args.size() == 4
            && args.get(0) instanceof Global
            && args.get(1) instanceof Global
            && args.get(2) instanceof Tuple;
    if (!known) {
      throw malformed(name, file);
    }
    var inner = new Call(Call.Kind.REDUCE, args.get(0), args.get(2), Constant.NONE);
    String function = ((Global) args.get(0)).name();
    if (function.startsWith("_rebuild_parameter") || function.startsWith("_rebuild_from_type")) {
      throw malformed(name, file);
    }
    if (!CLASSES.contains(args.get(1)) || !PickleNames.buildsTensor(inner)) {
      Optional<String> kind = PickleNames.unreadableTensor(inner);
      return new TensorCall(
          call, Optional.of(kind.orElse("a tensor") + " of class " + args.get(1)));
    }
    requirePlainState(args.get(3), name, file);
    return new TensorCall(inner, PickleNames.unreadableTensor(inner));
  }

  /**
   * Refuses a state that does more than to hang attributes on a tensor: torch sets each of its
   * keys, in a dict or in a pair of dicts ({@code torch/_utils.py}, {@code _set_obj_state}).
   */
  private static void requirePlainState(PickleValue state, String name, String file) {
    List<PickleValue> dicts =
        state instanceof Tuple pair && pair.items().size() == 2 ? pair.items() : List.of(state);
    for (PickleValue dict : dicts) {
      boolean plain =
          dict == Constant.NONE
              || PickleEntries.of(dict)
                  .filter(entries -> entries.stream().allMatch(TensorCall::isAttribute))
                  .isPresent();
      if (!plain) {
        throw new MalformedCheckpointException(
            ErrorCode.TENSOR_MALFORMED,
            file,
            "'" + name + "' has a state that replaces the tensor's values, which no tool writes");
      }
    }
  }

  private static boolean isAttribute(Entry entry) {
    return entry.key() instanceof Text key
        && !VALUES.contains(key.value())
        && !key.value().startsWith("__");
  }

  private static MalformedCheckpointException malformed(String name, String file) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, file, "'" + name + "' wraps an object that is not a tensor");
  }
}
