package io.shardwright.core.internal.codec.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Against one element after the other. */
class ExpandedSourceTest {
  private static final List<DType> DTYPES =
      List.of(DType.BOOL, DType.BFLOAT16, DType.FLOAT32, DType.COMPLEX128);

  @Test
  void hasTheValuesThatStridesName() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      List<Long> dims = numbers(random, random.nextInt(4), 1, 7);
      List<Long> strides = numbers(random, dims.size(), 0, 4);
      long start = random.nextInt(3);
      var spec = new TensorSpec("w", DTYPES.get(random.nextInt(4)), new Shape(dims));
      byte[] storage = new byte[100 * spec.dtype().byteSize()];
      random.nextBytes(storage);
      byte[] expected = expected(spec, start, strides, storage);
      var source = over(spec, start, strides, storage);
      assertEquals(expected.length, source.size(), "seed " + seed);
      assertEquals(-1, source.read(ByteBuffer.allocate(1), source.size()), "seed " + seed);
      for (int i = 0; i < 10; i++) {
        int from = random.nextInt(expected.length);
        int to = from + 1 + random.nextInt(expected.length - from);
        byte[] found = read(source, from, to, random.nextBoolean());
        String what = "seed " + seed + ", bytes " + from + " to " + to;
        assertArrayEquals(Arrays.copyOfRange(expected, from, to), found, what);
      }
    }
  }

  private static List<Long> numbers(Random random, int count, int least, int bound) {
    var numbers = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      numbers.add((long) random.nextInt(least, bound));
    }
    return numbers;
  }

  private static byte[] expected(TensorSpec spec, long start, List<Long> strides, byte[] storage) {
    int element = spec.dtype().byteSize();
    var out = ByteBuffer.allocate((int) spec.byteSize());
    for (long i = 0; i < spec.shape().elements(); i++) {
      long at = start;
      long rest = i;
      for (int axis = strides.size() - 1; axis >= 0; axis--) {
        at += rest % spec.shape().dim(axis) * strides.get(axis);
        rest /= spec.shape().dim(axis);
      }
      out.put(storage, (int) at * element, element);
    }
    return out.array();
  }

  private static byte[] read(ExpandedSource source, int from, int to, boolean direct) {
    var buffer = direct ? ByteBuffer.allocateDirect(to) : ByteBuffer.allocate(to);
    source.readFully(buffer.position(from), from);
    byte[] found = new byte[to - from];
    buffer.get(from, found);
    return found;
  }

  @Test
  void readsItsStorageOnceAndNotBeforeItIsWanted() {
    var reads = new AtomicInteger();
    var spec = new TensorSpec("w", DType.INT8, Shape.of(9));
    byte[] storage = {7};
    var source =
        new ExpandedSource(
            spec,
            0,
            List.of(0L),
            new MemorySource(storage, "test"),
            () -> {
              reads.incrementAndGet();
              return storage;
            });
    assertEquals(0, reads.get());
    assertArrayEquals(new byte[] {7, 7}, read(source, 2, 4, false));
    assertArrayEquals(new byte[] {7, 7, 7}, read(source, 6, 9, false));
    assertEquals(1, reads.get());
  }

  /** What was written of a tensor is taken over by a later run only if it is the same one. */
  @Test
  void isKnownAgainByWhatItIsMadeOf() {
    var spec = new TensorSpec("w", DType.INT8, Shape.of(9));
    String once = over(spec, 0, List.of(0L), new byte[] {1, 2}).toString();
    assertEquals(once, over(spec, 0, List.of(0L), new byte[] {1, 2}).toString());
    assertNotEquals(once, over(spec, 1, List.of(0L), new byte[] {1, 2}).toString());
    assertNotEquals(once, over(spec, 0, List.of(0L), new byte[] {1, 3}).toString());
  }

  private static ExpandedSource over(
      TensorSpec spec, long start, List<Long> strides, byte[] storage) {
    var stored = new MemorySource(storage, "test");
    return new ExpandedSource(spec, start, strides, stored, () -> storage);
  }
}
