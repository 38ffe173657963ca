package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import java.util.List;

/** A {@code .metadata} put together value by value, as no writer would. */
public final class PickledMetadata {
  private static final String METADATA = "torch.distributed.checkpoint.metadata";

  final Dict keys = new Dict();
  final Dict storage = new Dict();
  final Dict state =
      new Dict().put(new Text("state_dict_metadata"), keys).put(new Text("storage_data"), storage);

  public byte[] write() {
    return PickleWriter.write(object(METADATA, "Metadata", state));
  }

  /** A further field. */
  public PickledMetadata put(String field, PickleValue value) {
    state.put(new Text(field), value);
    return this;
  }

  /** A float32 tensor. */
  public PickledMetadata tensor(String key, List<Long> size, PickleValue... chunks) {
    var list = new Sequence();
    list.items().addAll(List.of(chunks));
    PickleValue properties =
        object(METADATA, "TensorProperties", Tuple.of(new Global("torch", "float32")));
    keys.put(
        new Text(key),
        object(
            METADATA,
            "TensorStorageMetadata",
            new Dict()
                .put(new Text("properties"), properties)
                .put(new Text("size"), size(size))
                .put(new Text("chunks"), list)));
    return this;
  }

  public static PickleValue chunk(List<Long> offsets, List<Long> sizes) {
    return object(
        METADATA,
        "ChunkStorageMetadata",
        new Dict().put(new Text("offsets"), size(offsets)).put(new Text("sizes"), size(sizes)));
  }

  public PickledMetadata object(String key) {
    keys.put(new Text(key), object(METADATA, "BytesStorageMetadata", new Dict()));
    return this;
  }

  /** An item of a chunk, or of an object where {@code offsets} is null. */
  public PickledMetadata item(
      String key, List<Long> offsets, String file, long offset, long length) {
    storage.put(
        object(
            METADATA,
            "MetadataIndex",
            new Dict()
                .put(new Text("fqn"), new Text(key))
                .put(new Text("offset"), offsets == null ? Constant.NONE : size(offsets))),
        object(
            "torch.distributed.checkpoint.filesystem",
            "_StorageInfo",
            new Dict()
                .put(new Text("relative_path"), new Text(file))
                .put(new Text("offset"), Int.of(offset))
                .put(new Text("length"), Int.of(length))));
    return this;
  }

  public static PickleValue object(String module, String type, PickleValue state) {
    var object = new Call(Call.Kind.NEWOBJ, new Global(module, type), Tuple.of(), Constant.NONE);
    object.build(state);
    return object;
  }

  static PickleValue size(List<Long> numbers) {
    var items = new Tuple(numbers.stream().<PickleValue>map(Int::of).toList());
    return Call.reduce(new Global("torch", "Size"), items);
  }
}
