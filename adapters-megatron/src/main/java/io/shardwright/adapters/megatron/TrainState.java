package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Megatron-Bridge counts while it trains: tensors without dimensions (0.6.2, {@code
 * megatron/bridge/training/state.py}, {@code TrainState}).
 */
final class TrainState {
  static final String FILE = "train_state.pt";

  /** The same in a root, for its latest iteration. */
  static final String LATEST = "latest_train_state.pt";

  static final String STEP = "step";

  private static final String OPERATIONS = "floating_point_operations_so_far";
  private static final List<String> COUNTS =
      List.of(STEP, Kept.SAMPLES, "skipped_train_samples", "consumed_valid_samples");
  private static final List<String> SWITCHES = List.of("do_train", "do_valid", "do_test");

  private TrainState() {}

  /** The counts of an iteration's folder; empty where they can't be read. */
  static Optional<Obj> read(StoredFiles files) {
    if (!files.files().contains(FILE)) {
      return Optional.empty();
    }
    try {
      Map<String, StoredBytes> zip = files.zip(FILE);
      Obj counts = Obj.empty();
      if (files.pickle(FILE) instanceof Obj dict) {
        var keys = List.copyOf(dict.fields().keySet());
        for (String key : COUNTS) {
          counts.put(key, Num.of(count(zip, keys.indexOf(key))));
        }
      }
      return Optional.of(counts).filter(found -> !found.fields().isEmpty());
    } catch (CheckpointException unread) {
      return Optional.empty();
    }
  }

  /** PyTorch numbers the storages in the order of the values. */
  private static long count(Map<String, StoredBytes> zip, int index) {
    return zip.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("/data/" + index))
        .map(Map.Entry::getValue)
        .filter(bytes -> bytes.size() == Long.BYTES)
        .map(bytes -> ByteBuffer.wrap(bytes.read(0, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN))
        .mapToLong(ByteBuffer::getLong)
        .findFirst()
        .orElse(0);
  }

  /** As PyTorch saves it: the counts of a training, or none. */
  static Obj write(Kept kept) {
    Obj counts = kept.get(Kept.TRAIN_STATE).orElseGet(Obj::empty);
    var values = new LinkedHashMap<String, JsonValue>();
    for (String key : COUNTS) {
      JsonValue none = Num.of(key.equals(STEP) ? kept.iteration() : 0);
      values.put(key, tensor(counts.get(key).orElse(none), "int64"));
    }
    values.put(OPERATIONS, tensor(new Num("0.0"), "float64"));
    SWITCHES.forEach(key -> values.put(key, tensor(new Bool(false), "bool")));
    return new Obj(values);
  }

  private static JsonValue tensor(JsonValue value, String dtype) {
    return Obj.empty()
        .put("_target_", new Str("torch.tensor"))
        .put("_args_", new Arr(List.of(value)))
        .put("dtype", new Str("torch." + dtype));
  }
}
