package io.shardwright.engine;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.dcp.DcpFile;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpTensor;
import io.shardwright.core.internal.codec.pickle.PickleTree;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The tensors and objects of a distributed checkpoint, to be changed and written in one file. */
record HeldItems(Map<String, Array> arrays, Map<String, byte[]> objects) {
  /**
   * A tensor.
   *
   * @param original the shape that it has where it is stored as flat shards
   */
  record Array(DType dtype, Shape shape, byte[] bytes, Optional<Shape> original) {
    Array(DType dtype, Shape shape, byte[] bytes) {
      this(dtype, shape, bytes, Optional.empty());
    }

    /** Flat shards of a flat tensor lie as it does. */
    void in(MegatronItems items, String key) {
      original.ifPresentOrElse(
          of ->
              items.addFlat(
                  key, Shape.of(of.elements()), List.of(shape.dim(0)), bytes, new Random(1)),
          () -> items.add(key, dtype, shape, bytes));
    }

    /** The same values as another type. */
    Array as(DType type, byte[] values) {
      return new Array(type, shape, values);
    }
  }

  static HeldItems of(Path folder) {
    var held = new HeldItems(new LinkedHashMap<>(), new LinkedHashMap<>());
    var files = new LinkedHashMap<String, FileSource>();
    try (var metadata = new FileSource(folder.resolve(DcpMetadata.FILE), "metadata")) {
      var read = DcpMetadata.read(metadata, Guard.standard());
      Function<String, DcpFile> file =
          name ->
              new DcpFile(
                  files.computeIfAbsent(name, n -> new FileSource(folder.resolve(n), n)),
                  Guard.standard());
      read.tensors()
          .forEach(
              (key, tensor) -> {
                var spec = tensor.spec();
                byte[] bytes = array(tensor, chunk -> file.apply(tensor.item(chunk).file()));
                held.arrays.put(
                    key, new Array(spec.dtype(), spec.shape(), bytes, tensor.original()));
              });
      read.objects()
          .forEach(
              (key, item) -> held.objects.put(key, all(file.apply(item.file()).bytes(key, item))));
    } finally {
      files.values().forEach(FileSource::close);
    }
    return held;
  }

  private static byte[] all(ByteSource source) {
    var bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    return bytes.array();
  }

  /** A tensor of its chunks, each in a file. */
  private static byte[] array(DcpTensor tensor, IntFunction<DcpFile> files) {
    var spec = tensor.spec();
    var strides = spec.shape().rowMajorStrides();
    int size = spec.dtype().byteSize();
    byte[] whole = new byte[(int) spec.byteSize()];
    for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
      Region region = tensor.region(chunk);
      byte[] part = all(files.apply(chunk).chunk(tensor, chunk).tensor().storage());
      int rank = region.shape().rank();
      int row = rank == 0 ? 1 : (int) region.shape().dim(rank - 1);
      for (int at = 0; at < part.length / size; at += row) {
        List<Long> within = MegatronItems.index(at, region.shape().dims());
        long place = 0;
        for (int axis = 0; axis < rank; axis++) {
          place += (region.offset().get(axis) + within.get(axis)) * strides.get(axis);
        }
        System.arraycopy(part, at * size, whole, (int) place * size, row * size);
      }
    }
    return whole;
  }

  /** An object's value. */
  JsonValue object(String key) {
    var torch = TorchFile.open(new MemorySource(objects.get(key), key), Guard.standard());
    var list = (Arr) new PickleTree(Guard.standard(), key).of(torch.document().root());
    return list.items().get(0);
  }

  /** Changes the common state. */
  HeldItems common(Consumer<Obj> change) {
    String key = TinyTraining.STATE;
    Obj common = ((Obj) object(key)).copy();
    change.accept(common);
    objects.put(key, TorchTree.file("archive", new Arr(List.of(common)), key));
    return this;
  }

  /** Writes them into a folder that has all else. */
  Path write(Path folder) throws IOException {
    var items = new MegatronItems();
    objects.forEach(items::object);
    arrays.forEach((key, array) -> array.in(items, key));
    items.write(folder);
    return folder;
  }
}
