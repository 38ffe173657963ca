package io.shardwright.core.internal.execute;

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
    long working = tiles.tileBytes() * (Slab.BUFFERS + (changed ? tiles.forCast() : 0));
    long read = (manifest ? Slab.BUFFERS : 0) + (verify ? 1 : 0);
    return threads * (working + read * JvmBackend.MEMORY.tileBytes());
  }

  private static boolean changesValues(PlanStep step) {
    boolean shifted = step instanceof Copy copy && copy.shift() != 0;
    return shifted
        || step.to().stream().anyMatch(to -> to.tensor().spec().dtype() != step.tensor().dtype());
  }
}
