package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Matrices that files store in other orders than each other. */
class AxisOrderTest {
  /** Gates and up projections, and input features. */
  private static final Shape SHAPE = Shape.of(2, 300, 700);

  private static final List<Long> OWN = SHAPE.rowMajorStrides();

  /** By input features, gates and up projections in turn. */
  private static final List<Long> OTHER = List.of(1L, 2L, 600L);

  private static final class Counted implements ByteSource {
    private final ByteSource bytes;
    private final AtomicLong reads = new AtomicLong();

    Counted(byte[] bytes) {
      this.bytes = new MemorySource(bytes, "s");
    }

    @Override
    public String name() {
      return "s";
    }

    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      reads.incrementAndGet();
      return bytes.read(target, position);
    }
  }

  private static Copy step(ByteSource stored, List<Long> from, List<Long> to) {
    var spec = new TensorSpec("t", DType.BFLOAT16, SHAPE);
    var box = Region.whole(SHAPE);
    var source = new SourceTensor(spec, stored, 0, from, false, OptionalLong.empty());
    var part = new SourcePart("member", source, new View(box, 0, from));
    var target = new To(new TargetTensor("member", spec), new View(box, 0, to));
    return new Copy(spec, List.of(part), List.of(), List.of(), List.of(), 0, List.of(target));
  }

  @Test
  void isTheTensorsOwnWhereRowsAreRows() {
    var copy = step(new MemorySource(new byte[0], "s"), OWN, OWN);
    assertSame(copy, AxisOrder.best(copy));
  }

  @Test
  void isAnotherWhereRowsAlternateOnOneSide() {
    var empty = new MemorySource(new byte[0], "s");
    for (PlanStep step : List.of(step(empty, OTHER, OWN), step(empty, OWN, OTHER))) {
      assertNotSame(step, AxisOrder.best(step));
    }
  }

  @Test
  void changesNothingButTheNumberOfReads() {
    var bytes = new byte[(int) SHAPE.elements() * 2];
    new Random(4).nextBytes(bytes);
    var stored = new Counted(bytes);
    var plan = RandomStep.plan(step(stored, OTHER, OWN));
    var target = new MemoryTarget(plan, false);
    target.run(plan, JvmBackend::new, 2);
    var expected = new byte[bytes.length];
    for (int half = 0; half < 2; half++) {
      for (int row = 0; row < 300; row++) {
        for (int column = 0; column < 700; column++) {
          int from = 2 * (half + 2 * row + 600 * column);
          System.arraycopy(bytes, from, expected, 2 * (column + 700 * (row + 300 * half)), 2);
        }
      }
    }
    assertArrayEquals(expected, target.bytes(plan.targets().findFirst().orElseThrow()));
    long reads = stored.reads.get();
    assertTrue(reads < 3_000, reads + " reads of " + SHAPE.elements() + " elements");
  }

  @Test
  void readsWhatLiesCloseInOneCall() {
    var bytes = new byte[(int) SHAPE.elements() * 2];
    new Random(5).nextBytes(bytes);
    var stored = new Counted(bytes);
    var copy = step(stored, OTHER, OWN);
    var found = ByteBuffer.allocate(bytes.length);
    new TensorBlocks().read(copy.tensor(), copy.from(), 0, found::put);
    assertEquals(bytes[2 * 600], found.get(2));
    assertEquals(bytes[2], found.get(2 * 700 * 300));
    long reads = stored.reads.get();
    assertTrue(reads < 3_000, reads + " reads of " + SHAPE.elements() + " elements");
  }
}
