package io.shardwright.core.internal.plan;

import io.shardwright.spi.Grid;
import io.shardwright.spi.error.PlanRejectedException.Alternative;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** Finds grids with as many ranks as one that is impossible. */
final class NearestGrids {
  private static final int MOST_NAMED = 3;
  private static final long MOST_RANKS = 1 << 20;

  private NearestGrids() {}

  /**
   * The nearest possible grids: those whose tensor-parallel size differs by the smallest factor.
   *
   * @param layers in the model; more stages are never possible
   */
  static List<Alternative> of(Grid wanted, int layers, Predicate<Grid> possible) {
    long ranks = (long) wanted.tensor() * wanted.pipeline();
    if (ranks > MOST_RANKS) {
      return List.of();
    }
    return LongStream.rangeClosed(1, Math.max(1, layers))
        .filter(stages -> ranks % stages == 0 && stages != wanted.pipeline())
        .mapToObj(stages -> wanted.with((int) (ranks / stages), (int) stages))
        .sorted(Comparator.comparingDouble(grid -> distance(wanted, grid)))
        .filter(possible)
        .limit(MOST_NAMED)
        .map(grid -> new Alternative(grid.tensor(), grid.pipeline()))
        .toList();
  }

  private static double distance(Grid wanted, Grid other) {
    return Math.abs(Math.log((double) other.tensor() / wanted.tensor()));
  }
}
