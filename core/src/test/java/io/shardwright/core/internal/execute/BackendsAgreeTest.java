package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.execute.djl.Torch;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.spi.tensor.DType;
import java.util.EnumSet;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every backend gives the bytes of the one that works in the Java virtual machine. */
class BackendsAgreeTest extends OnEveryDevice {
  private static final int ROUNDS = 250;

  @Override
  void agree(IntFunction<Supplier<TensorBackend>> backends) {
    var seen = EnumSet.noneOf(DType.class);
    for (long seed = 0; seed < ROUNDS; seed++) {
      var random = new Random(seed);
      var step = new RandomStep(random).step();
      int tileBytes = (int) Math.max(16, step.tensor().byteSize() / (1 + random.nextInt(60)));
      compare(step, backends.apply(tileBytes), tileBytes, random, "seed " + seed + " ");
      seen.add(step.tensor().dtype());
    }
    assertEquals(EnumSet.allOf(DType.class), seen);
  }

  private static void compare(
      Copy step, Supplier<TensorBackend> other, int tileBytes, Random random, String where) {
    var plan = RandomStep.plan(step);
    boolean inOrder = random.nextInt(4) == 0;
    var expected = new MemoryTarget(plan, inOrder);
    var found = new MemoryTarget(plan, inOrder);
    var losses = expected.run(plan, () -> new JvmBackend(tileBytes), 1).losses();
    int threads = inOrder ? 1 : 1 + random.nextInt(3);
    assertEquals(losses, found.run(plan, other, threads).losses(), where);
    plan.targets()
        .forEach(
            tensor ->
                assertArrayEquals(expected.bytes(tensor), found.bytes(tensor), where + tensor));
  }

  @Test
  @Tag("natives")
  void reshardingRandomModelsOnTheProcessor() {
    var backends = Torch.cpu();
    for (long seed = 0; seed < 20; seed++) {
      var model = ReshardPropertyTest.randomModel(new Random(seed));
      for (int ranks : new int[] {2, 3}) {
        var expected = model.reshard(ranks, 1 << 10, 1);
        var found = model.reshard(ranks, backends.apply(16 << seed % 10), 2, false);
        ReshardPropertyTest.assertSame(expected, found, seed);
      }
    }
  }
}
