package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a torch file of a tree of values, in which {@code torch.tensor} of a number is a tensor.
 */
public final class TorchTree {
  private static final String TENSOR = "torch.tensor";

  private final StateDictPickle pickle = new StateDictPickle();
  private final Map<String, byte[]> values = new LinkedHashMap<>();

  private TorchTree() {}

  /**
   * The file.
   *
   * @param root folder in the zip
   * @param where the file, for messages
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name would run code when Python
   *     loads it
   */
  public static byte[] file(String root, JsonValue tree, String where) {
    var file = new TorchTree();
    PickleValue value = new TreePickle(where, file::tensor).of(tree);
    return TorchLayout.of(root, PickleWriter.write(value), file.pickle.storages())
        .bytes(file.values);
  }

  private Optional<PickleValue> tensor(Obj object) {
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
    var stored = pickle.tensor(new TensorSpec("value", dtype.get(), Shape.of()));
    values.put(stored.key(), bytes(dtype.get(), args.items().get(0)));
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
