package io.shardwright.engine;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.codec.pickle.PickleReader;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;

/** Tensors for one file of a distributed checkpoint, a chunk each. */
final class MegatronItems {
  private static final String FILE = "__0_0.distcp";

  private final DcpLayout layout = new DcpLayout(FILE);
  private final List<Tensor> tensors = new ArrayList<>();
  private final Map<DcpItem, byte[]> values = new LinkedHashMap<>();
  private final Map<String, DcpItem> objects = new LinkedHashMap<>();
  private final Map<String, Shape> originals = new LinkedHashMap<>();

  /** One of equal parts. */
  static byte[] part(byte[] bytes, int number, int of) {
    int size = bytes.length / of;
    return Arrays.copyOfRange(bytes, number * size, (number + 1) * size);
  }

  void add(String key, DType dtype, Shape shape, byte[] bytes) {
    var spec = new TensorSpec(key, dtype, shape);
    DcpItem item = layout.add(spec);
    tensors.add(new Tensor(spec, List.of(new Chunk(Region.whole(shape), item))));
    values.put(item, bytes);
  }

  /**
   * A tensor that is stored as flat shards, each in runs of any length, as Megatron-Core 0.8 to
   * 0.15 writes those of an optimizer.
   */
  void addFlat(String key, Shape shape, byte[] bytes, Random random) {
    var shards = new ArrayList<Long>();
    for (long dim : shape.dims()) {
      shards.add(shards.isEmpty() && shape.rank() > 2 ? dim : dim % 3 == 0 ? 3L : 1L);
    }
    addFlat(key, shape, shards, bytes, random);
  }

  /**
   * The same.
   *
   * @param shards in how many parts each axis is
   */
  void addFlat(String key, Shape shape, List<Long> shards, byte[] bytes, Random random) {
    var each = new ArrayList<Long>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      each.add(shape.dim(axis) / shards.get(axis));
    }
    var own = new Shape(each);
    var dims = new ArrayList<>(shards);
    dims.add(own.elements());
    var spec = new TensorSpec(key, DType.FLOAT32, new Shape(dims));
    var chunks = new ArrayList<Chunk>();
    for (long shard = 0; shard < new Shape(shards).elements(); shard++) {
      List<Long> index = index(shard, shards);
      byte[] flat = shard(bytes, shape, own, index, Float.BYTES);
      for (long from = 0, to; from < own.elements(); from = to) {
        to = Math.min(own.elements(), from + 1 + random.nextInt((int) own.elements()));
        var offset = new ArrayList<>(index);
        offset.add(from);
        var size = new ArrayList<>(index.stream().map(i -> 1L).toList());
        size.add(to - from);
        DcpItem item = layout.add(new TensorSpec(key, DType.FLOAT32, new Shape(size)));
        chunks.add(new Chunk(new Region(offset, new Shape(size)), item));
        values.put(item, Arrays.copyOfRange(flat, (int) from * 4, (int) to * 4));
      }
    }
    tensors.add(new Tensor(spec, chunks));
    originals.put(key, shape);
  }

  /** The place along each axis of what has a number in row-major order. */
  static List<Long> index(long at, List<Long> dims) {
    var index = new ArrayList<Long>(dims);
    long rest = at;
    for (int axis = dims.size() - 1; axis >= 0; axis--) {
      index.set(axis, rest % dims.get(axis));
      rest /= dims.get(axis);
    }
    return index;
  }

  /** One of equal boxes. */
  static byte[] shard(byte[] whole, Shape shape, Shape own, List<Long> shard, int size) {
    var flat = ByteBuffer.allocate((int) own.elements() * size);
    int row = (int) own.dim(own.rank() - 1);
    for (long at = 0; at < own.elements(); at += row) {
      List<Long> index = index(at, own.dims());
      long place = 0;
      for (int axis = 0; axis < own.rank(); axis++) {
        long all = shard.get(axis) * own.dim(axis) + index.get(axis);
        place += all * shape.rowMajorStrides().get(axis);
      }
      flat.put(whole, (int) place * size, row * size);
    }
    return flat.array();
  }

  /** A whole torch file. */
  void object(String key, byte[] bytes) {
    DcpItem item = layout.add(bytes);
    objects.put(key, item);
  }

  /** Writes the file and the metadata in place of others. */
  void write(Path folder) throws IOException {
    var crcs = new LinkedHashMap<DcpItem, Long>();
    var file = ByteBuffer.allocate((int) layout.size());
    values.forEach(
        (item, bytes) -> {
          var crc = new CRC32();
          crc.update(bytes);
          crcs.put(item, crc.getValue());
          file.put((int) layout.dataOffset(item), bytes);
        });
    for (Piece piece : layout.structure(crcs)) {
      file.put((int) piece.offset(), piece.bytes());
    }
    Files.write(folder.resolve(FILE), file.array());
    byte[] metadata = DcpMetadataWriter.write(tensors, objects, Form.TORCH_2_3);
    Files.write(folder.resolve(DcpMetadata.FILE), originals.isEmpty() ? metadata : with(metadata));
  }

  /** The metadata with the shapes of what is stored in others. */
  private byte[] with(byte[] metadata) {
    var root = PickleReader.read(new MemorySource(metadata, "metadata"), Guard.standard()).root();
    var data = new Dict();
    originals.forEach(
        (key, shape) ->
            data.put(
                new Text(key),
                new Dict()
                    .put(
                        new Text("nd_reformulated_orig_global_shape"),
                        new Tuple(shape.dims().stream().<PickleValue>map(Int::of).toList()))));
    ((Dict) ((Call) root).state()).put(new Text("mcore_data"), data);
    return PickleWriter.write(root);
  }
}
