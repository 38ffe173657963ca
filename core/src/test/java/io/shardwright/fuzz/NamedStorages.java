package io.shardwright.fuzz;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Storages of zeros, as large as a pickle says that they are, so that its tensors can be read. */
final class NamedStorages {
  private static final long LARGEST = 1 << 12;

  private NamedStorages() {}

  static Map<String, byte[]> of(List<PersistentId> ids) {
    var storages = new TreeMap<String, byte[]>();
    for (PersistentId id : ids) {
      if (id.id() instanceof Tuple tuple
          && tuple.items().size() == 5
          && tuple.items().get(1) instanceof Global type
          && tuple.items().get(2) instanceof Text key
          && tuple.items().get(4) instanceof Int elements
          && elements.value().signum() >= 0
          && elements.value().bitLength() < 32) {
        long bytes = elements.value().longValue() * width(type.name());
        storages.put(key.value(), new byte[(int) Math.min(LARGEST, bytes)]);
      }
    }
    return storages;
  }

  private static int width(String type) {
    return switch (type) {
      case "ComplexDoubleStorage" -> 16;
      case "DoubleStorage", "LongStorage", "ComplexFloatStorage" -> 8;
      case "HalfStorage", "BFloat16Storage", "ShortStorage" -> 2;
      case "ByteStorage", "CharStorage", "BoolStorage", "UntypedStorage" -> 1;
      default -> 4;
    };
  }
}
