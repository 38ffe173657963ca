package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.dcp.DcpFile;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpShards;
import io.shardwright.core.internal.codec.dcp.DcpTensor;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.describe.StoredArray.Chunk;
import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.TensorTree;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The arrays of a distributed checkpoint of PyTorch, told by its metadata alone. */
final class ArrayWeights implements DistributedSet {
  private static final int COST = 200;

  private final OpenFiles files;
  private final DcpMetadata metadata;
  private final Map<String, DcpFile> items = new LinkedHashMap<>();
  private final Map<String, StoredArray> arrays = new LinkedHashMap<>();

  /**
   * Reads the metadata of a folder.
   *
   * @throws MalformedCheckpointException if a file is missing or shorter than its items
   */
  ArrayWeights(OpenFiles files) {
    this.files = files;
    metadata =
        files.files().contains(DcpMetadata.FILE)
            ? DcpMetadata.read(files.open(DcpMetadata.FILE), files.guard())
            : DcpShards.metadata(shards(), files.name(), files.guard());
    metadata.files().forEach(this::open);
    metadata.tensors().forEach((key, tensor) -> arrays.put(key, array(tensor)));
  }

  private Map<String, FileSource> shards() {
    var shards = new LinkedHashMap<String, FileSource>();
    files.files().stream()
        .filter(name -> name.endsWith(".safetensors"))
        .forEach(name -> shards.put(name, files.open(name)));
    if (shards.isEmpty()) {
      files.open(DcpMetadata.FILE);
    }
    return shards;
  }

  private void open(String name, long bytes) {
    if (!files.files().contains(name)) {
      String held = metadata.chunkIn(name).map(chunk -> ", which has " + chunk).orElse("");
      throw new MalformedCheckpointException(
          ErrorCode.SOURCE_MISSING,
          files.name(),
          "holds no file '" + name + "'" + held + ": it is incomplete");
    }
    FileSource file = files.open(name);
    if (file.size() < bytes) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          file.name(),
          "has "
              + file.size()
              + " bytes, but by "
              + DcpMetadata.FILE
              + " its items need "
              + bytes
              + ": it is truncated, save or fetch the folder again");
    }
    items.put(name, new DcpFile(file, files.guard()));
  }

  private StoredArray array(DcpTensor tensor) {
    var chunks = new ArrayList<Chunk>();
    for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
      files.guard().take(COST, files.name());
      Chunk stored = chunk(tensor, chunk);
      tensor
          .original()
          .ifPresentOrElse(shape -> boxes(stored, tensor, shape, chunks), () -> chunks.add(stored));
    }
    TensorSpec spec = tensor.spec();
    Shape whole = tensor.original().orElse(spec.shape());
    return new StoredArray(new TensorSpec(spec.name(), spec.dtype(), whole), chunks);
  }

  /** A run of a shard's elements is a few boxes of the tensor. */
  private void boxes(Chunk run, DcpTensor tensor, Shape whole, List<Chunk> chunks) {
    int last = whole.rank();
    var offset = new ArrayList<Long>();
    var dims = new ArrayList<Long>();
    for (int axis = 0; axis < last; axis++) {
      long each = whole.dim(axis) / tensor.spec().shape().dim(axis);
      if (run.region().shape().dim(axis) != 1) {
        throw new UnsupportedCheckpointException(
            ErrorCode.UNSUPPORTED,
            files.name(),
            "'" + tensor.spec().name() + "' has a chunk of several flat shards");
      }
      offset.add(run.region().offset().get(axis) * each);
      dims.add(each);
    }
    var shard = new Shape(dims);
    long from = run.region().offset().get(last);
    var views = new View(new Region(offset, shard), 0, shard.rowMajorStrides());
    for (View box : views.between(from, run.region().end(last))) {
      files.guard().take(COST, files.name());
      var own = run.tensor().view(box.start() - from, box.logical().shape().dims(), box.strides());
      chunks.add(new Chunk(run.member(), box.logical(), own));
    }
  }

  private Chunk chunk(DcpTensor tensor, int chunk) {
    Region region = tensor.region(chunk);
    DcpItem item = tensor.item(chunk);
    TensorSpec spec = tensor.spec();
    var bytes = new ChunkBytes(files.open(item.file()), items.get(item.file()), tensor, chunk);
    var own = new TensorSpec(spec.name(), spec.dtype(), region.shape());
    var strides = region.shape().rowMajorStrides();
    return new Chunk(
        item.file(), region, new SourceTensor(own, bytes, 0, strides, false, OptionalLong.empty()));
  }

  /**
   * The arrays of a model under its names, then those beside it.
   *
   * @param model some of {@link #tensors}
   */
  List<StoredArray> arrays(Map<String, ? extends ContainedTensor> model) {
    var all = new ArrayList<StoredArray>();
    Set<Object> beside = Collections.newSetFromMap(new IdentityHashMap<>());
    beside.addAll(arrays.values());
    model.forEach(
        (name, array) -> {
          beside.remove(array);
          all.add(((StoredArray) array).as(name));
        });
    arrays.values().stream()
        .filter(beside::contains)
        .forEach(array -> all.add(array.besideModel()));
    return all;
  }

  @Override
  public String name() {
    return DcpMetadata.FILE;
  }

  @Override
  public Set<String> parts() {
    return Collections.unmodifiableSet(items.keySet());
  }

  @Override
  public Map<String, StoredArray> tensors() {
    return Collections.unmodifiableMap(arrays);
  }

  @Override
  public Map<String, StoredArray> named() {
    return tensors();
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public Map<String, String> calls() {
    return Map.of();
  }

  @Override
  public Set<String> objects() {
    return metadata.objects().keySet();
  }

  @Override
  public JsonValue object(String key) {
    TorchFile file = torch(key);
    return TorchTree.values(file, files.guard());
  }

  private TorchFile torch(String key) {
    DcpItem item = item(key);
    return items.get(item.file()).object(key, item);
  }

  private DcpItem item(String key) {
    DcpItem object = metadata.objects().get(key);
    return object == null ? metadata.tensors().get(key).item(0) : object;
  }

  @Override
  public TensorTree tensors(String key) {
    String file = metadata.objects().get(key).file();
    return new TreeWeights(files.guard(), file, torch(key), List.of());
  }

  /** Compares every item with its checksums. */
  void requireIntact() {
    metadata
        .tensors()
        .forEach(
            (key, tensor) -> {
              for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
                requireIntact(key, tensor.item(chunk));
              }
            });
    metadata.objects().forEach(this::requireIntact);
  }

  private void requireIntact(String key, DcpItem item) {
    items.get(item.file()).requireIntact(key, item);
  }
}
