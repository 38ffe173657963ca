package io.shardwright.core.internal.format.plugged;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Tensors whose elements lie in another order. */
class TurnedBytesTest {
  @RepeatedTest(200)
  void readsAnyPartInRowMajorOrder(RepetitionInfo repetition) {
    int seed = repetition.getCurrentRepetition();
    var random = new Random(seed);
    int rank = random.nextInt(5);
    int element = 1 << random.nextInt(4);
    var dims = new ArrayList<Long>();
    var axes = new ArrayList<Integer>();
    for (int axis = 0; axis < rank; axis++) {
      dims.add(1L + random.nextInt(5));
      axes.add(axis);
    }
    Collections.shuffle(axes, random);
    var shape = new Shape(dims);
    Long[] strides = new Long[rank];
    long next = 1 + random.nextInt(2);
    for (int axis : axes) {
      strides[axis] = next;
      next *= dims.get(axis);
    }
    var stored = new byte[(int) (2 * next * element)];
    random.nextBytes(stored);
    byte[] expected = rowMajor(stored, shape, List.of(strides), element);
    var source = new MemorySource(stored, "file");
    var turned = new TurnedBytes(source, shape, Arrays.asList(strides), element);
    int from = random.nextInt(expected.length);
    int to = from + 1 + random.nextInt(expected.length - from);
    var read = ByteBuffer.allocate(to - from);
    turned.readFully(read, from);
    assertArrayEquals(Arrays.copyOfRange(expected, from, to), read.array(), "seed " + seed);
  }

  private static byte[] rowMajor(byte[] stored, Shape shape, List<Long> strides, int element) {
    var bytes = ByteBuffer.allocate((int) shape.elements() * element);
    for (long at = 0; at < shape.elements(); at++) {
      long rest = at;
      long from = 0;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        from += rest % shape.dim(axis) * strides.get(axis);
        rest /= shape.dim(axis);
      }
      bytes.put(stored, (int) from * element, element);
    }
    return bytes.array();
  }
}
