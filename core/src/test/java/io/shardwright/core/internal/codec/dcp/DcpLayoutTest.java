package io.shardwright.core.internal.codec.dcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.core.policy.ReadPolicy.UnknownGlobals;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DcpLayoutTest {
  @Test
  void readsBackWhatItLaysOut() {
    for (long seed = 0; seed < 80; seed++) {
      var written = new RandomCheckpoint(seed);
      DcpMetadata read = written.files.metadata();
      assertEquals(written.objects, read.objects(), "seed " + seed);
      assertEquals(
          written.tensors.stream().map(Tensor::spec).toList(),
          read.tensors().values().stream().map(DcpTensor::spec).toList(),
          "seed " + seed);
      for (DcpTensor tensor : read.tensors().values()) {
        byte[] expected = written.values.get(tensor.spec().name());
        assertArrayEquals(expected, written.files.values(tensor), "seed " + seed);
      }
      written.files.openObjects();
      read.files()
          .forEach(
              (file, size) -> assertEquals(written.files.files().get(file).length, size, file));
    }
  }

  @Test
  void writesTheSameBytesForTheSameContent() {
    for (long seed = 0; seed < 20; seed++) {
      var files = new RandomCheckpoint(seed).files.files();
      int same = (int) seed;
      new RandomCheckpoint(seed)
          .files
          .files()
          .forEach((file, bytes) -> assertArrayEquals(files.get(file), bytes, "seed " + same));
    }
  }

  @Test
  void survivesFlippedBytesAndCutsOfEveryFile() {
    var random = new Random(3);
    for (long seed = 0; seed < 12; seed++) {
      Map<String, byte[]> files = new RandomCheckpoint(seed).files.files();
      for (String name : files.keySet()) {
        for (int time = 0; time < 30 && files.get(name).length > 0; time++) {
          byte[] damaged = files.get(name).clone();
          int at = random.nextInt(damaged.length);
          damaged[at] ^= (byte) (1 + random.nextInt(255));
          damaged = time % 2 == 0 ? damaged : Arrays.copyOf(damaged, at);
          var all = new HashMap<>(files);
          all.put(name, damaged);
          survives(new DcpFixture(all), "seed " + seed + ", " + name + " at " + at);
        }
      }
    }
  }

  private static void survives(DcpFixture damaged, String what) {
    try {
      DcpMetadata metadata = damaged.metadata();
      if (damaged.files().keySet().containsAll(metadata.files().keySet())) {
        metadata.tensors().values().forEach(damaged::values);
        damaged.openObjects();
      }
    } catch (CheckpointException refusal) {
      assertTrue(refusal.getMessage().startsWith("SW-"), what);
    }
  }

  @Test
  void readsManyChunksInTheMemoryOfTheirTables() {
    int rows = 40_000;
    Shape row = Shape.of(1, 8);
    var chunks = new ArrayList<Chunk>();
    for (long at = 0; at < rows; at++) {
      var item = new DcpItem("__" + at % 100 + "_0.distcp", at / 100 * 50, 50);
      chunks.add(new Chunk(new Region(List.of(at, 0L), row), item));
    }
    var tensor = new Tensor(new TensorSpec("w", DType.UINT8, Shape.of(rows, 8)), chunks);
    byte[] written = DcpMetadataWriter.write(List.of(tensor), Map.of(), Form.TORCH_2_3);
    var limits = Limits.STANDARD.with(Limit.HEAP_BYTES, 8 << 20);
    var guard = new Guard(new ReadPolicy(limits, UnknownGlobals.KEEP, true));
    var source = new MemorySource(written, DcpMetadata.FILE);
    assertEquals(rows, DcpMetadata.read(source, guard).tensors().get("w").chunks());
  }

  @Test
  void countsTheBytesOfTheMetadataWithoutWritingThem() {
    for (Form form : Form.values()) {
      for (long rows : new long[] {0, 1, 999, 1_000, 1_001, 3_000}) {
        var chunks = new ArrayList<Chunk>();
        for (long at = 0; at < rows; at++) {
          var item = new DcpItem("__" + at % 300 + "_0.distcp", at << at % 40, at % 70_000);
          chunks.add(new Chunk(new Region(List.of(at, 0L), Shape.of(1, 8)), item));
        }
        var spec = new TensorSpec("w", DType.UINT8, Shape.of(Math.max(1, rows), 8));
        var tensors = List.of(new Tensor(spec, chunks));
        var objects = Map.of("o", new DcpItem("o", 1, 2));
        assertEquals(
            DcpMetadataWriter.write(tensors, objects, form).length,
            DcpMetadataWriter.size(tensors, objects, form),
            rows + " rows");
      }
    }
  }

  @Test
  void refusesAnItemThatIsNotWhatTheMetadataSays() {
    var layout = new DcpLayout("a");
    DcpItem item = layout.add(new TensorSpec("w", DType.FLOAT32, Shape.of(2, 3)));
    var file = new byte[(int) layout.size()];
    layout
        .structure(Map.of(item, 0L))
        .forEach(p -> System.arraycopy(p.bytes(), 0, file, (int) p.offset(), p.bytes().length));
    refuses(file, DType.FLOAT32, Shape.of(3, 2), item, "[2, 3], expected float32 [3, 2]");
    refuses(file, DType.INT32, Shape.of(2, 3), item, "expected int32");
    var beyond = new DcpItem("a", 1, item.length());
    refuses(file, DType.FLOAT32, Shape.of(2, 3), beyond, "outside the file");
  }

  private static void refuses(byte[] file, DType dtype, Shape shape, DcpItem item, String words) {
    var tensor =
        new Tensor(
            new TensorSpec("w", dtype, shape), List.of(new Chunk(Region.whole(shape), item)));
    byte[] metadata = DcpMetadataWriter.write(List.of(tensor), Map.of(), Form.TORCH_2_3);
    var folder = new DcpFixture(Map.of("a", file, DcpMetadata.FILE, metadata));
    var refusal = assertThrows(CheckpointException.class, folder::sums);
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
  }

  @Test
  void tellsAnyFaultOfATilingAsCountingDoes() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      Shape shape = Shape.of(1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(3));
      var boxes = new ArrayList<Region>();
      for (int box = random.nextInt(6); box >= 0; box--) {
        boxes.add(box(shape, random));
      }
      Map<List<Long>, Integer> held = new HashMap<>();
      boxes.forEach(box -> count(box, held));
      boolean whole =
          held.size() == shape.elements() && held.values().stream().allMatch(n -> n == 1);
      assertEquals(whole, isRead(shape, boxes), "seed " + seed + ": " + boxes + " of " + shape);
    }
  }

  private static Region box(Shape shape, Random random) {
    var offset = new ArrayList<Long>();
    var sizes = new ArrayList<Long>();
    for (long dim : shape.dims()) {
      long from = random.nextBoolean() ? 0 : random.nextInt((int) dim + 1);
      offset.add(from);
      sizes.add(random.nextBoolean() ? dim - from : random.nextInt((int) (dim - from) + 1));
    }
    return new Region(offset, new Shape(sizes));
  }

  private static void count(Region box, Map<List<Long>, Integer> held) {
    for (long at = 0; at < box.shape().elements(); at++) {
      var index = new ArrayList<>(DcpFixture.index(at, box.shape().dims()));
      for (int axis = 0; axis < index.size(); axis++) {
        index.set(axis, index.get(axis) + box.offset().get(axis));
      }
      held.merge(List.copyOf(index), 1, Integer::sum);
    }
  }

  private static boolean isRead(Shape shape, List<Region> boxes) {
    var chunks = new ArrayList<Chunk>();
    for (Region box : boxes) {
      chunks.add(new Chunk(box, new DcpItem("a", chunks.size(), 1)));
    }
    var tensor = new Tensor(new TensorSpec("w", DType.UINT8, shape), chunks);
    byte[] metadata = DcpMetadataWriter.write(List.of(tensor), Map.of(), Form.TORCH_2_3);
    try {
      return DcpFixture.read(metadata).tensors().size() == 1;
    } catch (CheckpointException refusal) {
      assertTrue(refusal.getMessage().contains("chunks that"), refusal.getMessage());
      return false;
    }
  }
}
