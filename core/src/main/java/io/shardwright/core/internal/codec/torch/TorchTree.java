package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleTree;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a torch file of a tree of values and the other way round. {@code torch.tensor} of a number
 * is a tensor without dimensions, of a list of one number a tensor of that.
 */
public final class TorchTree {
  private static final String TENSOR = "torch.tensor";
  private static final Set<DType> NUMBERS =
      Set.of(DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.BOOL);

  private final StateDictPickle pickle;
  private final Map<String, byte[]> values = new LinkedHashMap<>();

  /**
   * Values in a file that has others too.
   *
   * @param pickle that hands out storages
   */
  public TorchTree(StateDictPickle pickle) {
    this.pickle = pickle;
  }

  /** The bytes of the tensors that were made, by their storages' keys. */
  public Map<String, byte[]> bytes() {
    return values;
  }

  /**
   * The file.
   *
   * @param root folder in the zip
   * @param where the file, for messages
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name would run code when Python
   *     loads it
   */
  public static byte[] file(String root, JsonValue tree, String where) {
    var file = new TorchTree(new StateDictPickle());
    PickleValue value = new TreePickle(where, file::tensor).of(tree);
    return TorchLayout.of(root, PickleWriter.write(value), file.pickle.storages())
        .bytes(file.values);
  }

  /**
   * The values of a file.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if they are over a limit
   */
  public static JsonValue values(TorchFile file, Guard guard) {
    return of(file, file.document().root(), guard);
  }

  /** The same of a value in a file. */
  public static JsonValue of(TorchFile file, PickleValue value, Guard guard) {
    return new PickleTree(guard, file.name(), held -> number(file, held)).of(value);
  }

  private static Optional<JsonValue> number(TorchFile file, PickleValue value) {
    if (!TorchFile.isTensor(value) || file.unreadable("", value).isPresent()) {
      return Optional.empty();
    }
    TorchTensor tensor = file.tensor("", value);
    DType dtype = tensor.spec().dtype();
    int rank = tensor.spec().shape().rank();
    if (rank > 1 || tensor.spec().shape().elements() != 1 || !NUMBERS.contains(dtype)) {
      return Optional.empty();
    }
    var order = tensor.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    var bytes = ByteBuffer.allocate(dtype.byteSize()).order(order);
    tensor.storage().readFully(bytes, tensor.storageOffset() * dtype.byteSize());
    JsonValue number = number(dtype, bytes.flip());
    return Optional.of(
        Obj.empty()
            .put("_target_", new Str(TENSOR))
            .put("_args_", new Arr(List.of(rank == 0 ? number : new Arr(List.of(number)))))
            .put("dtype", new Str("torch." + dtype.torchName())));
  }

  private static JsonValue number(DType dtype, ByteBuffer bytes) {
    return switch (dtype) {
      case FLOAT64 -> new Num(Double.toString(bytes.getDouble()));
      case FLOAT32 -> new Num(Float.toString(bytes.getFloat()));
      case INT64 -> Num.of(bytes.getLong());
      default -> new Bool(bytes.get() != 0);
    };
  }

  /** A tensor of one number; empty where an object says something else. */
  public Optional<PickleValue> tensor(Obj object) {
    boolean named =
        object.get("_target_").flatMap(JsonValue::asText).filter(TENSOR::equals).isPresent();
    Optional<DType> dtype =
        object.get("dtype").flatMap(JsonValue::asText).flatMap(TorchTree::dtype);
    if (!named
        || dtype.isEmpty()
        || !(object.get("_args_").orElse(null) instanceof Arr args)
        || args.items().size() != 1) {
      return Optional.empty();
    }
    JsonValue value = args.items().get(0);
    boolean listed = value instanceof Arr list && list.items().size() == 1;
    JsonValue number = listed ? ((Arr) value).items().get(0) : value;
    var shape = listed ? Shape.of(1) : Shape.of();
    var stored = pickle.tensor(new TensorSpec("value", dtype.get(), shape));
    values.put(stored.key(), bytes(dtype.get(), number));
    return Optional.of(stored.value());
  }

  private static Optional<DType> dtype(String name) {
    return Arrays.stream(DType.values())
        .filter(type -> name.equals("torch." + type.torchName()))
        .findFirst();
  }

  private static byte[] bytes(DType dtype, JsonValue value) {
    var bytes = ByteBuffer.allocate(dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    String number =
        value instanceof Num num ? num.text() : value.equals(new Bool(true)) ? "1" : "0";
    switch (dtype) {
      case FLOAT64 -> bytes.putDouble(Double.parseDouble(number));
      case FLOAT32 -> bytes.putFloat(Float.parseFloat(number));
      case INT64 -> bytes.putLong(Long.parseLong(number));
      case BOOL -> bytes.put(Byte.parseByte(number));
      default -> throw new IllegalArgumentException("no tensor of one number of type " + dtype);
    }
    return bytes.array();
  }
}
