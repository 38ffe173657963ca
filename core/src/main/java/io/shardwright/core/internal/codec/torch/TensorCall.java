package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.Set;

/** Takes off what wraps a tensor: parameters, and tensors with attributes. */
final class TensorCall {
  private static final Set<Global> CLASSES =
      Set.of(
          new Global("torch", "Tensor"),
          new Global("torch._tensor", "Tensor"),
          new Global("torch.nn.parameter", "Parameter"));

  private TensorCall() {}

  /**
   * The call that builds the tensor itself.
   *
   * @throws MalformedCheckpointException if it wraps something else
   */
  static Call of(PickleValue value, String name, String file) {
    PickleValue inner = value;
    while (true) {
      if (!PickleNames.buildsTensor(inner)) {
        throw malformed(name, file);
      }
      Call call = (Call) inner;
      List<PickleValue> args = ((Tuple) call.args()).items();
      String function = ((Global) call.callable()).name();
      boolean parameter = function.startsWith("_rebuild_parameter");
      if (!parameter && !function.equals("_rebuild_from_type_v2")) {
        return call;
      }
      inner = parameter ? parameter(args, name, file) : ofType(args, name, file);
    }
  }

  private static PickleValue parameter(List<PickleValue> args, String name, String file) {
    if (args.size() < 3 || args.size() > 4) {
      throw malformed(name, file);
    }
    return args.get(0);
  }

  private static PickleValue ofType(List<PickleValue> args, String name, String file) {
    boolean known =
        args.size() == 4
            && args.get(0) instanceof Global
            && args.get(1) instanceof Global type
            && CLASSES.contains(type)
            && args.get(2) instanceof Tuple;
    if (!known) {
      throw malformed(name, file);
    }
    return new Call(Call.Kind.REDUCE, args.get(0), args.get(2), Constant.NONE);
  }

  private static MalformedCheckpointException malformed(String name, String file) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED,
        file,
        "'" + name + "' wraps what is no tensor, or is of a class that is unknown");
  }
}
