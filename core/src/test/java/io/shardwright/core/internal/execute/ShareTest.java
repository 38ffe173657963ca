package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Shares of random plans, done apart and in any order. */
class ShareTest {
  private static final int ROUNDS = 40;

  private static Sums share(ExecutablePlan plan, MemoryTarget target, Share share) {
    return Executor.share(plan, target, target, bytes -> {}, Executor.Conditions.of(1), share);
  }

  @Test
  void theSharesOfAPlanWriteWhatOneRunWritesAndReadEveryByteOnce() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      ExecutablePlan plan = ReshardPropertyTest.randomModel(random).plan(1 + random.nextInt(3));
      var one = new MemoryTarget(plan, false);
      Written expected = one.run(plan, JvmBackend::new, 1);
      int count = 1 + random.nextInt(7);
      var target = new MemoryTarget(plan, false);
      var told = new ArrayList<Sums>();
      for (int number = 1; number <= count; number++) {
        told.add(share(plan, target, new Share(number, count)));
      }
      Collections.shuffle(told, random);
      Written found = Executor.finish(plan, target, target, Executor.Conditions.of(1), told);
      String where = "seed " + seed + ", " + count + " shares";
      assertEquals(expected.tensors(), found.tensors(), where);
      assertEquals(expected.bytesRead(), found.bytesRead(), where);
      for (TargetTensor tensor : plan.targets().toList()) {
        assertArrayEquals(one.bytes(tensor), target.bytes(tensor), where + ": " + tensor);
      }
    }
  }

  @Test
  void aShareThatLacksIsNoticed() {
    ExecutablePlan plan = ReshardPropertyTest.randomModel(new Random(1)).plan(2);
    var target = new MemoryTarget(plan, false);
    var told = List.of(share(plan, target, new Share(1, 2)));
    var refusal =
        assertThrows(
            MalformedCheckpointException.class,
            () -> Executor.finish(plan, target, target, Executor.Conditions.of(1), told));
    assertEquals(ErrorCode.PARTS_MISSING, refusal.code());
  }
}
