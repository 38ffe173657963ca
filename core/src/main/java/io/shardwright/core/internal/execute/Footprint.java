package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;

/**
 * The memory that a run takes for tensor bytes: blocks times threads, whatever the model's size.
 */
public final class Footprint {
  private Footprint() {}

  /**
   * Bytes of all buffers together.
   *
   * @param tiles of the backend that works
   * @param verify whether the target is read back, with a buffer more for each thread
   * @param manifest whether its tensors are read for their sums, with a slab more
   */
  public static long bytes(
      ExecutablePlan plan, int threads, TileMemory tiles, boolean verify, boolean manifest) {
    boolean changed = plan.steps().stream().anyMatch(Footprint::changesValues);
    int casts = (changed ? 1 : 0) + (plan.merges().isEmpty() ? 0 : 1);
    long working = tiles.tileBytes() * (Slab.BUFFERS + casts * tiles.forCast()) + factors(plan);
    long read = (manifest ? Slab.BUFFERS : 0) + (verify ? 1 : 0);
    return threads * (working + read * JvmBackend.MEMORY.tileBytes());
  }

  /** The factors of a step's products are in memory while they are added. */
  private static long factors(ExecutablePlan plan) {
    return plan.merges().stream()
        .mapToLong(merge -> merge.products().stream().mapToLong(Footprint::floats).sum())
        .max()
        .orElse(0);
  }

  private static long floats(LowRankProduct product) {
    long elements = product.a().spec().shape().elements() + product.b().spec().shape().elements();
    return elements * Float.BYTES;
  }

  private static boolean changesValues(PlanStep step) {
    boolean shifted = step instanceof Copy copy && copy.shift() != 0;
    return shifted
        || step.to().stream().anyMatch(to -> to.tensor().spec().dtype() != step.tensor().dtype());
  }
}
