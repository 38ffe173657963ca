package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;

/** Random tensors, cut at random into chunks of random files, with their values. */
final class RandomCheckpoint {
  private final Random random;
  private final List<DcpLayout> layouts = new ArrayList<>();
  private final Map<DcpItem, DcpLayout> homes = new LinkedHashMap<>();
  private final Map<DcpItem, byte[]> stored = new HashMap<>();
  final List<Tensor> tensors = new ArrayList<>();
  final Map<String, byte[]> values = new LinkedHashMap<>();
  final Map<String, DcpItem> objects = new LinkedHashMap<>();
  final DcpFixture files;

  RandomCheckpoint(long seed) {
    random = new Random(seed);
    for (int file = 0; file <= random.nextInt(4); file++) {
      layouts.add(new DcpLayout("__" + file + "_0.distcp"));
    }
    int count = random.nextInt(6);
    for (int at = 0; at < count; at++) {
      object("object" + at);
      tensor("tensor" + at);
    }
    files = new DcpFixture(write(Form.values()[(int) (seed % Form.values().length)]));
  }

  private DcpLayout layout() {
    return layouts.get(random.nextInt(layouts.size()));
  }

  private void object(String key) {
    objects.put(key, layout().add(ExtraState.file("archive", new Text(key))));
  }

  private void tensor(String key) {
    DType dtype = DType.values()[random.nextInt(DType.values().length)];
    var dims = new ArrayList<Long>();
    for (int axis = random.nextInt(4); axis > 0; axis--) {
      dims.add((long) random.nextInt(7));
    }
    var spec = new TensorSpec(key, dtype, new Shape(dims));
    var whole = new byte[(int) spec.byteSize()];
    random.nextBytes(whole);
    for (int at = 0; dtype == DType.BOOL && at < whole.length; at++) {
      whole[at] &= 1; // PyTorch makes 1 of whatever else is true
    }
    values.put(key, whole);
    var regions = new ArrayList<Region>();
    cut(Region.whole(spec.shape()), regions);
    regions.removeIf(r -> r.shape().elements() == 0 && spec.shape().elements() > 0);
    Collections.shuffle(regions, random);
    tensors.add(
        new Tensor(
            spec, regions.stream().map(region -> new Chunk(region, store(spec, region))).toList()));
  }

  /** Cuts a box in two at a random place, and again its halves. */
  private void cut(Region box, List<Region> into) {
    int axis = box.shape().rank() == 0 ? -1 : random.nextInt(box.shape().rank());
    if (axis < 0 || box.shape().elements() == 0 || random.nextInt(5) < 2) {
      into.add(box);
      return;
    }
    long at = random.nextInt((int) box.shape().dim(axis) + 1);
    var behind = new ArrayList<>(box.offset());
    behind.set(axis, behind.get(axis) + at);
    cut(new Region(box.offset(), box.shape().with(axis, at)), into);
    cut(new Region(behind, box.shape().with(axis, box.shape().dim(axis) - at)), into);
  }

  private DcpItem store(TensorSpec spec, Region region) {
    DcpLayout home = layout();
    DcpItem item = home.add(new TensorSpec(spec.name(), spec.dtype(), region.shape()));
    homes.put(item, home);
    stored.put(item, part(spec, region));
    return item;
  }

  private byte[] part(TensorSpec spec, Region region) {
    int width = spec.dtype().byteSize();
    var part = ByteBuffer.allocate((int) region.shape().elements() * width);
    for (long at = 0; at < region.shape().elements(); at++) {
      List<Long> index = DcpFixture.index(at, region.shape().dims());
      List<Long> strides = spec.shape().rowMajorStrides();
      long from = DcpFixture.dot(index, strides) + DcpFixture.dot(region.offset(), strides);
      part.put(values.get(spec.name()), (int) from * width, width);
    }
    return part.array();
  }

  private Map<String, byte[]> write(Form form) {
    var files = new HashMap<String, byte[]>();
    for (DcpLayout layout : layouts) {
      var crcs = new HashMap<DcpItem, Long>();
      homes.forEach((item, home) -> crcs.put(item, crc(stored.get(item))));
      crcs.keySet().removeIf(item -> homes.get(item) != layout);
      var file = ByteBuffer.allocate((int) layout.size());
      layout.structure(crcs).forEach(piece -> file.put((int) piece.offset(), piece.bytes()));
      crcs.keySet().forEach(item -> file.put((int) layout.dataOffset(item), stored.get(item)));
      files.put("__" + layouts.indexOf(layout) + "_0.distcp", file.array());
    }
    files.put(DcpMetadata.FILE, DcpMetadataWriter.write(tensors, objects, form));
    return files;
  }

  private static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
