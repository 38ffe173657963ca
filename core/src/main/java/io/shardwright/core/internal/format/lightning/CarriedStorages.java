package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleCopy;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries values of a training's files over to new ones unchanged, with the bytes of their storages
 * under new keys.
 */
final class CarriedStorages {
  private final StateDictPickle pickle;
  private final Map<TrainingFile, PickleCopy> copies = new IdentityHashMap<>();
  private final Map<String, byte[]> bytes = new LinkedHashMap<>();

  CarriedStorages(StateDictPickle pickle) {
    this.pickle = pickle;
  }

  /** Copies from a file: what is one value there is one value in all copies. */
  PickleCopy from(TrainingFile file) {
    return copies.computeIfAbsent(
        file,
        f -> {
          var keys = new HashMap<String, String>();
          return new PickleCopy(id -> carried(f, id, keys));
        });
  }

  private PickleValue carried(TrainingFile file, PickleValue id, Map<String, String> keys) {
    if (!(((PersistentId) id).id() instanceof Tuple tuple)
        || tuple.items().size() < 5
        || !(tuple.items().get(2) instanceof Text old)) {
      throw refused(file, "refers to an object that is not a storage");
    }
    String key = keys.computeIfAbsent(old.value(), k -> read(file, k));
    List<PickleValue> items = new ArrayList<>(tuple.items());
    items.set(2, new Text(key));
    return new PersistentId(new Tuple(items));
  }

  private String read(TrainingFile file, String old) {
    ByteSource storage =
        file.torch()
            .storageBytes(old)
            .orElseThrow(() -> refused(file, "refers to storage " + old + ", which is absent"));
    file.guard().take(storage.size(), file.torch().name());
    ByteBuffer buffer = ByteBuffer.allocate((int) storage.size());
    storage.readFully(buffer, 0);
    String key = pickle.storage(storage.size());
    bytes.put(key, buffer.array());
    return key;
  }

  private static UnsupportedCheckpointException refused(TrainingFile file, String why) {
    return new UnsupportedCheckpointException(ErrorCode.UNSUPPORTED, file.torch().name(), why);
  }

  /** The bytes of the carried storages, by their new keys. */
  Map<String, byte[]> bytes() {
    return bytes;
  }
}
