package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is timed does what it says. */
class BenchmarkTest {
  @Test
  void gathersARowCutAndSpreadsItBack() {
    var benchmark = new RowCutBenchmark();
    benchmark.columns = 2_048;
    benchmark.fill();
    ByteBuffer before = copy(benchmark.block());
    benchmark.gather();
    benchmark.clear();
    assertNotEquals(before, copy(benchmark.block()));
    benchmark.spread();
    assertEquals(before, copy(benchmark.block()));
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  @Test
  void castsNumbersThatAreNotAllZero() {
    var benchmark = new CastBenchmark();
    benchmark.types = CastBenchmark.Types.BF16_TO_FP16;
    benchmark.fill();
    var all = new BlockSpans();
    all.whole(1 << 20);
    ByteBuffer cast = benchmark.cast().gather(all, 0, 1, ByteBuffer.allocate(0));
    assertTrue(cast.getLong(0) != 0 && cast.getLong((1 << 20) - 8) != 0);
  }

  @Test
  void takesTheSumOfEveryPiece() {
    var benchmark = new ChecksumBenchmark();
    assertTrue(benchmark.take().isPresent());
    assertTrue(benchmark.joinBackwards().isPresent());
    assertNotEquals(benchmark.combine(), benchmark.combine());
  }
}
