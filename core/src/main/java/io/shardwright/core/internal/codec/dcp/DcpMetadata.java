package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.dcp.PickledValue.Pairs;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** What a {@code .metadata} says: tensors with their chunks, objects, and where they lie. */
public final class DcpMetadata {
  /** The file's name in the checkpoint's folder. */
  public static final String FILE = ".metadata";

  private static final int COST = 200;

  private final String where;
  private final Guard guard;
  private final Places places;
  private final Pairs originals;
  private final Map<String, DcpTensor> tensors = new LinkedHashMap<>();
  private final Map<String, DcpItem> objects = new LinkedHashMap<>();
  private final Map<String, Long> files;

  private DcpMetadata(Instance root, String where, Guard guard) {
    this.where = where;
    this.guard = guard;
    Pairs keys = dict(root, "state_dict_metadata");
    places = dict(root, "storage_data").places();
    originals = root.field("mcore_data", Pairs.class).orElseGet(Pairs::new);
    for (int at = 0; at < keys.size(); at++) {
      add(keys.key(at), keys.value(at));
    }
    for (int place = 0; place < places.count(); place++) {
      put(place);
    }
    tensors.values().forEach(DcpTensor::requirePlaced);
    objects.forEach(this::requirePlaced);
    files = new ItemRanges(places, where, guard).files();
  }

  /**
   * Reads a {@code .metadata} and nothing else.
   *
   * @throws MalformedCheckpointException if it breaks the grammar, chunks do not hold every element
   *     of their tensor once, or two items share a byte
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it names a class or a file that
   *     no such checkpoint has, or is over a limit
   */
  public static DcpMetadata read(ByteSource source, Guard guard) {
    return new DcpMetadata(MetadataPickle.read(source, guard), source.name(), guard);
  }

  private Pairs dict(Instance root, String field) {
    return root.field(field, Pairs.class)
        .orElseThrow(() -> malformed("has no dict " + field + ", expected one"));
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.TENSOR_MALFORMED, where, problem);
  }

  private void add(Object key, Object value) {
    String name = key instanceof String text && WholeText.is(text) ? text : "";
    if (tensors.containsKey(name) || objects.containsKey(name)) {
      throw malformed("has two entries '" + name + "'");
    }
    guard.take(COST, where);
    if (value instanceof Instance entry && entry.is(PickledClass.BYTES)) {
      objects.put(name, null);
    } else if (value instanceof Instance entry && entry.is(PickledClass.TENSOR)) {
      tensors.put(name, tensor(name, entry));
      guard.require(Limit.TENSORS, tensors.size(), where);
    } else {
      throw malformed("has an entry '" + name + "' that is neither a tensor nor an object");
    }
  }

  private DcpTensor tensor(String name, Instance entry) {
    Optional<DType> dtype =
        entry
            .field("properties", Instance.class)
            .filter(properties -> properties.state() instanceof DType)
            .map(properties -> (DType) properties.state());
    Optional<long[]> size = entry.field("size", long[].class);
    Optional<Boxes> chunks = entry.field("chunks", Boxes.class);
    if (dtype.isEmpty() || size.isEmpty() || chunks.isEmpty()) {
      throw malformed("has a tensor '" + name + "' without properties, size and chunks");
    }
    var dims = LongStream.of(size.get()).boxed().toList();
    TensorSpec spec = TensorBounds.require(name, dtype.get(), dims, guard, where);
    chunks.get().requireOf(spec, where);
    return new DcpTensor(spec, chunks.get(), places, original(spec), guard, where);
  }

  /**
   * The shape that a tensor has which is stored as flat shards: an axis for each of its own that
   * counts shards, and a last one along which a shard's elements lie in row-major order
   * (Megatron-LM core_v0.8.0, {@code megatron/core/dist_checkpointing/strategies/resharding.py}).
   */
  private Optional<Shape> original(TensorSpec spec) {
    Optional<Shape> whole =
        originals
            .get(spec.name(), Pairs.class)
            .flatMap(said -> said.get(MetadataPickle.ORIGINAL, long[].class))
            .map(Shape::of);
    whole
        .filter(shape -> !isOf(shape, spec.shape()))
        .ifPresent(
            shape -> {
              throw malformed(
                  "stores '" + spec.name() + "' of shape " + shape + " as " + spec.shape());
            });
    return whole;
  }

  private static boolean isOf(Shape whole, Shape stored) {
    int rank = whole.rank();
    if (stored.rank() != rank + 1) {
      return false;
    }
    long each = 1;
    for (int axis = 0; axis < rank; axis++) {
      long shards = stored.dim(axis);
      if (shards == 0 || whole.dim(axis) % shards != 0) {
        return false;
      }
      each = Math.multiplyExact(each, whole.dim(axis) / shards);
    }
    return each == stored.dim(rank);
  }

  private void put(int place) {
    String name = places.name(place);
    DcpTensor tensor = tensors.get(name);
    if (tensor != null) {
      tensor.place(place);
      return;
    }
    if (!objects.containsKey(name)) {
      throw malformed("states a place for '" + name + "', which it does not describe");
    }
    if (objects.get(name) != null || !places.isObject(place)) {
      throw malformed("has a second item, or a chunk's, for the object '" + name + "'");
    }
    objects.put(name, places.item(place));
  }

  private void requirePlaced(String name, DcpItem item) {
    if (item == null) {
      throw malformed("does not say where the object '" + name + "' lies");
    }
  }

  /** The tensors by their key, in the file's order. */
  public Map<String, DcpTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Where the objects lie, by their key, in the file's order. */
  public Map<String, DcpItem> objects() {
    return Collections.unmodifiableMap(objects);
  }

  /**
   * The files that it names, and how many bytes each must have for what lies in it. A file of
   * safetensors has more: there the lengths are the values' alone.
   */
  public Map<String, Long> files() {
    return files;
  }

  /** A chunk that lies in a file, in words, of experts if it has any; empty if it has none. */
  public Optional<String> chunkIn(String file) {
    var held = tensors.values().stream().flatMap(tensor -> tensor.firstIn(file).stream()).toList();
    return held.stream()
        .filter(chunk -> chunk.contains("expert"))
        .findFirst()
        .or(() -> held.stream().findFirst());
  }
}
