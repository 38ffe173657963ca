package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.torch.TorchLayout.StorageSpec;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds the pickle of a state dict as PyTorch writes it, with one storage per tensor. */
public final class StateDictPickle {
  private static final Global ORDERED_DICT = new Global("collections", "OrderedDict");
  private static final Global REBUILD_UNTYPED = new Global("torch._utils", "_rebuild_tensor_v3");
  private static final Global REBUILD = new Global("torch._utils", "_rebuild_tensor_v2");

  private final Text storage = new Text("storage");
  private final Text location = new Text("cpu");
  private final Call root = Call.reduce(ORDERED_DICT);
  private final List<StorageSpec> storages = new ArrayList<>();

  /** A tensor's value and its storage's key. */
  public record Stored(String key, PickleValue value) {}

  /** Adds a dense row-major tensor and gives its storage's key. */
  public String add(TensorSpec spec) {
    Stored stored = tensor(spec);
    add(spec.name(), stored.value());
    return stored.key();
  }

  /** A dense row-major tensor that stands elsewhere in the pickle. */
  public Stored tensor(TensorSpec spec) {
    String key = storage(spec.byteSize());
    Optional<Global> type = StorageTypes.type(spec.dtype());
    var id =
        Tuple.of(
            storage,
            type.orElse(StorageTypes.UNTYPED),
            new Text(key),
            location,
            Int.of(type.isPresent() ? spec.shape().elements() : spec.byteSize()));
    var args = new ArrayList<PickleValue>();
    args.add(new PersistentId(id));
    args.add(Int.of(0));
    args.add(numbers(spec.shape().dims()));
    args.add(numbers(spec.shape().rowMajorStrides()));
    args.add(Constant.FALSE);
    args.add(Call.reduce(ORDERED_DICT));
    if (type.isEmpty()) {
      args.add(new Global("torch", spec.dtype().torchName()));
    }
    Global rebuild = type.isPresent() ? REBUILD : REBUILD_UNTYPED;
    return new Stored(key, Call.reduce(rebuild, args.toArray(PickleValue[]::new)));
  }

  /** A storage of so many bytes; gives its key. */
  public String storage(long byteSize) {
    String key = Integer.toString(storages.size());
    storages.add(new StorageSpec(key, byteSize));
    return key;
  }

  /** Adds what is no tensor. */
  public void add(String name, PickleValue value) {
    root.entries().add(new Entry(new Text(name), value));
  }

  private static Tuple numbers(List<Long> values) {
    return new Tuple(values.stream().<PickleValue>map(value -> Int.of(value)).toList());
  }

  /** The storages that were handed out. */
  public List<StorageSpec> storages() {
    return List.copyOf(storages);
  }

  /** The whole, with the modules' versions. */
  public PickleValue build(Optional<PickleValue> metadata) {
    metadata.ifPresent(value -> root.build(new Dict().put(new Text("_metadata"), value)));
    return root;
  }
}
