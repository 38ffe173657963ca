package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.spi.tensor.DType;
import java.util.stream.Stream;

/**
 * The memory that a run needs for tensor bytes: blocks times threads, independent of the model's
 * size.
 *
 * @param host bytes of this machine's memory
 * @param device bytes of a device's own; 0 where none has any
 */
public record Footprint(long host, long device) {
  /**
   * Of all buffers together.
   *
   * @param tiles of the backend that works
   * @param verify whether the target is read back, with a buffer more for each thread
   * @param manifest whether its tensors are read for their sums, with a block more
   */
  public static Footprint of(
      ExecutablePlan plan, int threads, TileMemory tiles, boolean verify, boolean manifest) {
    long read = (manifest ? Block.BUFFERS : 0) + (verify ? 1 : 0);
    long host =
        tiles.tileBytes() * (1 + (compares(plan) ? tiles.comparing() : 0) + (mixed(plan) ? 1 : 0))
            + factors(plan)
            + read * JvmBackend.MEMORY.tileBytes();
    long work = tiles.tileBytes() * tiles(plan, tiles) + factors(plan) * tiles.factorCopies();
    return tiles.apart()
        ? new Footprint(threads * host, threads * work)
        : new Footprint(threads * (host + work), 0);
  }

  /**
   * A tile, two for elements that are cast as they are read, one for each cast that follows, and
   * what the largest work leaves beside.
   */
  private static int tiles(ExecutablePlan plan, TileMemory tiles) {
    int casts = plan.steps().stream().mapToInt(Footprint::casts).max().orElse(0);
    int beside =
        casts > 0 || mixed(plan) ? Math.max(tiles.casting(), tiles.moving()) : tiles.moving();
    return (mixed(plan) ? 3 : 1)
        + casts
        + (plan.merges().isEmpty() ? beside : Math.max(beside, tiles.adding()));
  }

  /** How many casts follow each other: to a weight with products by way of binary32. */
  private static int casts(PlanStep step) {
    boolean shifted = step.copied().filter(copy -> copy.shift() != 0).isPresent();
    DType from = step.tensor().dtype();
    if (step instanceof LowRankMerge merge) {
      int there = shifted || from != DType.FLOAT32 ? 1 : 0;
      int back = becomesOther(step, DType.FLOAT32) ? 1 : 0;
      boolean narrow = merge.products().stream().anyMatch(Footprint::narrow);
      return Math.max(there + back, narrow ? 1 : 0);
    }
    return shifted || becomesOther(step, from) ? 1 : 0;
  }

  private static boolean becomesOther(PlanStep step, DType type) {
    return step.types().stream().anyMatch(to -> to != type);
  }

  private static boolean narrow(LowRankProduct product) {
    return Stream.of(product.a(), product.b()).anyMatch(f -> f.spec().dtype() != DType.FLOAT32);
  }

  private static boolean mixed(ExecutablePlan plan) {
    return plan.steps().stream().anyMatch(step -> step.copied().filter(Copy::mixed).isPresent());
  }

  private static boolean compares(ExecutablePlan plan) {
    return plan.steps().stream()
        .flatMap(step -> step.copied().map(Copy::replicas).stream())
        .anyMatch(replicas -> !replicas.isEmpty());
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

  /**
   * What a backend takes of memory for each thread, in tiles, at most. Besides a tile for what is
   * worked on and one for each type that it is cast to, these come about on the way.
   *
   * @param tileBytes of each
   * @param moving while spans are spread and gathered
   * @param casting while elements are cast or shifted
   * @param adding while a product is added, besides {@code factorCopies}
   * @param factorCopies of a product's factors, while it is added
   * @param comparing buffers of the host, once replicas were compared
   * @param apart whether tiles lie in a device's own memory
   */
  public record TileMemory(
      long tileBytes,
      int moving,
      int casting,
      int adding,
      int factorCopies,
      int comparing,
      boolean apart) {}
}
