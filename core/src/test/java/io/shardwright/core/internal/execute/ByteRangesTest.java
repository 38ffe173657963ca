package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random ranges of random files of random plans. */
class ByteRangesTest {
  private static final int ROUNDS = 40;
  private static final int RANGES = 8;

  @Test
  void anyRangeOfAnyFileIsGivenByItself() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      ExecutablePlan plan = ReshardPropertyTest.randomModel(random).plan(1 + random.nextInt(3));
      var target = new MemoryTarget(plan, false);
      target.run(plan, JvmBackend::new, 1);
      List<TargetTensor> files = plan.targets().toList();
      for (int each = 0; each < RANGES; each++) {
        int file = random.nextInt(files.size());
        byte[] whole = target.bytes(files.get(file));
        int from = random.nextInt(whole.length + 1);
        int to = from + random.nextInt(whole.length + 1 - from);
        String where = "seed " + seed + ", bytes " + from + " to " + to + " of file " + file;
        assertArrayEquals(
            Arrays.copyOfRange(whole, from, to), given(plan, target, file, from, to), where);
      }
    }
  }

  private static byte[] given(
      ExecutablePlan plan, MemoryTarget target, int file, long from, long to) {
    var bytes = new ByteArrayOutputStream();
    try (var ranges = new ByteRanges(plan, target, read -> {}, Executor.Conditions.of(1))) {
      ranges.give(
          file,
          from,
          to,
          block -> {
            byte[] taken = new byte[block.remaining()];
            block.get(taken);
            bytes.writeBytes(taken);
          });
    }
    return bytes.toByteArray();
  }
}
