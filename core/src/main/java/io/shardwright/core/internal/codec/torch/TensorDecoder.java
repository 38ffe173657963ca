package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Understands the calls by which torch pickles a tensor. Nothing is called. */
final class TensorDecoder {
  private static final int MAX_RANK = 64;
  private static final String UTILS = "torch._utils";

  private final String file;
  private final boolean bigEndian;
  private final Function<String, ByteSource> storages;

  TensorDecoder(String file, boolean bigEndian, Function<String, ByteSource> storages) {
    this.file = file;
    this.bigEndian = bigEndian;
    this.storages = storages;
  }

  /** Whether a value stands for a tensor, of a kind that is understood or not. */
  static boolean isTensor(PickleValue value) {
    return value instanceof Call call
        && call.callable() instanceof Global global
        && (global.module().equals(UTILS) && global.name().startsWith("_rebuild_")
            || global.toString().equals("torch._tensor._rebuild_from_type_v2"));
  }

  /**
   * The tensor that a call stands for.
   *
   * @throws MalformedCheckpointException if it lies outside its storage or its numbers are no
   *     numbers
   * @throws UnsupportedCheckpointException if it is sparse, quantized or otherwise not plain
   */
  TorchTensor decode(String name, PickleValue value) {
    Call call = (Call) value;
    List<PickleValue> args = ((Tuple) call.args()).items();
    String function = ((Global) call.callable()).name();
    return switch (function) {
      case "_rebuild_tensor" -> plain(name, atLeast(name, args, 4));
      case "_rebuild_tensor_v2" -> plain(name, atLeast(name, args, 6));
      case "_rebuild_tensor_v3" -> plain(name, atLeast(name, args, 7));
      case "_rebuild_parameter", "_rebuild_parameter_with_state" ->
          inner(name, atLeast(name, args, 3).get(0));
      case "_rebuild_from_type_v2" -> fromType(name, atLeast(name, args, 4));
      default ->
          throw new UnsupportedCheckpointException(
              ErrorCode.UNSUPPORTED,
              file,
              "'" + name + "' is made by " + call.callable() + ", expected a dense tensor");
    };
  }

  private TorchTensor inner(String name, PickleValue value) {
    if (!isTensor(value)) {
      throw malformed(name, "wraps what is no tensor");
    }
    return decode(name, value);
  }

  private TorchTensor fromType(String name, List<PickleValue> args) {
    var inner = new Call(Call.Kind.REDUCE, args.get(0), args.get(2), PickleValue.Constant.NONE);
    boolean plain =
        args.get(0) instanceof Global function
            && function.module().equals(UTILS)
            && args.get(2) instanceof Tuple;
    if (!plain) {
      throw malformed(name, "wraps what is no tensor");
    }
    return inner(name, inner);
  }

  private List<PickleValue> atLeast(String name, List<PickleValue> args, int count) {
    if (args.size() < count) {
      throw malformed(name, "has " + args.size() + " arguments, expected " + count);
    }
    return args;
  }

  private TorchTensor plain(String name, List<PickleValue> args) {
    boolean persistent =
        args.get(0) instanceof PersistentId id
            && id.id() instanceof Tuple tuple
            && tuple.items().size() >= 5
            && tuple.items().get(0) instanceof Text kind
            && kind.value().equals("storage")
            && tuple.items().get(1) instanceof Global;
    if (!persistent) {
      throw malformed(name, "has no storage");
    }
    List<PickleValue> storage = ((Tuple) ((PersistentId) args.get(0)).id()).items();
    Global type = (Global) storage.get(1);
    DType dtype = type.name().equals("UntypedStorage") ? dtypeOf(name, args) : dtype(name, type);
    String key = key(name, storage.get(2));
    long stated = number(name, storage.get(4));
    ByteSource bytes = storages.apply(key);
    if (bytes == null) {
      throw malformed(name, "lies in storage '" + key + "', which the file does not hold");
    }
    int size = dtype.byteSize();
    long elements = type.name().equals("UntypedStorage") ? stated / size : stated;
    if (elements > bytes.size() / size || bytes.size() - elements * size >= size) {
      throw malformed(
          name, "has a storage of " + elements + " x " + size + " bytes, found " + bytes.size());
    }
    var spec = new TensorSpec(name, dtype, shape(name, args.get(2)));
    var tensor =
        new TorchTensor(
            spec, numbers(name, args.get(3)), number(name, args.get(1)), bytes, key, bigEndian);
    requireInside(tensor, elements);
    return tensor;
  }

  private DType dtype(String name, Global type) {
    return StorageTypes.dtype(type)
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED, file, "'" + name + "' has elements of type " + type));
  }

  private DType dtypeOf(String name, List<PickleValue> args) {
    if (args.size() >= 7 && args.get(6) instanceof Global type && type.module().equals("torch")) {
      for (DType dtype : DType.values()) {
        if (dtype.torchName().equals(type.name())) {
          return dtype;
        }
      }
    }
    throw malformed(name, "has an untyped storage and no element type");
  }

  private String key(String name, PickleValue value) {
    String key =
        value instanceof Text text
            ? text.value()
            : value instanceof Int number ? number.value().toString() : "";
    if (!key.matches("[0-9A-Za-z_.-]{1,64}") || key.contains("..")) {
      throw malformed(name, "has a storage key that is no plain name");
    }
    return key;
  }

  private Shape shape(String name, PickleValue value) {
    try {
      return new Shape(numbers(name, value));
    } catch (IllegalArgumentException tooLarge) {
      throw malformed(name, tooLarge.getMessage());
    }
  }

  private List<Long> numbers(String name, PickleValue value) {
    PickleValue plain =
        value instanceof Call call && call.calls("torch", "Size")
            ? ((Tuple) call.args()).items().stream().findFirst().orElse(call)
            : value;
    if (!(plain instanceof Tuple tuple) || tuple.items().size() > MAX_RANK) {
      throw malformed(name, "has no shape of at most " + MAX_RANK + " axes");
    }
    var numbers = new ArrayList<Long>();
    tuple.items().forEach(item -> numbers.add(number(name, item)));
    return numbers;
  }

  private long number(String name, PickleValue value) {
    if (value instanceof Int number
        && number.value().signum() >= 0
        && number.value().bitLength() < 64) {
      return number.value().longValue();
    }
    throw malformed(name, "has a size, stride or offset that is no number from 0 to 2^63-1");
  }

  private void requireInside(TorchTensor tensor, long elements) {
    var shape = tensor.spec().shape();
    if (tensor.strides().size() != shape.rank()) {
      throw malformed(
          tensor.spec().name(), "has shape " + shape + " and strides " + tensor.strides());
    }
    if (shape.elements() == 0) {
      return;
    }
    try {
      long last = tensor.storageOffset();
      for (int axis = 0; axis < shape.rank(); axis++) {
        last =
            Math.addExact(
                last, Math.multiplyExact(shape.dim(axis) - 1, tensor.strides().get(axis)));
      }
      if (last < elements) {
        return;
      }
    } catch (ArithmeticException overflow) {
      // Falls through: beyond 2^63 is outside too.
    }
    throw malformed(
        tensor.spec().name(),
        "of shape "
            + shape
            + ", strides "
            + tensor.strides()
            + ", offset "
            + tensor.storageOffset()
            + " ends outside its storage of "
            + elements
            + " elements");
  }

  private MalformedCheckpointException malformed(String name, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, file, "'" + name + "' " + problem + ": the file is damaged");
  }
}
