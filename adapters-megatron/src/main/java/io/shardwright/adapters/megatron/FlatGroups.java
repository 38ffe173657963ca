package io.shardwright.adapters.megatron;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the ranks' groups of flat buffers are called in a distributed checkpoint. Of several
 * optimizers the first has all parameters but the experts.
 *
 * @param names of all groups
 */
record FlatGroups(Set<String> names) implements FlatBuffers.Keys {
  private static final String OPTIMIZER = "optimizer.distributed.dp_group_idx_";

  private boolean chained() {
    return names.stream().anyMatch(group -> group.startsWith("chained_"));
  }

  @Override
  public String of(RankCoordinate rank, Grid grid, boolean experts) {
    return name(chained(), rank, grid, experts);
  }

  @Override
  public OptionalLong ranks(boolean experts) {
    String prefix = chain(chained(), experts) + OPTIMIZER;
    long count = names.stream().filter(name -> name.startsWith(prefix)).count();
    return experts && !chained() ? OptionalLong.empty() : OptionalLong.of(count);
  }

  private static String chain(boolean chained, boolean experts) {
    return chained ? experts ? "chained_1." : "chained_0." : "";
  }

  /**
   * A rank's group.
   *
   * @param chained whether there are several optimizers
   */
  static String name(boolean chained, RankCoordinate rank, Grid grid, boolean experts) {
    return chain(chained, experts)
        + OPTIMIZER
        + (experts ? ofExperts(rank, grid) : ofAll(rank, grid));
  }

  private static long ofAll(RankCoordinate rank, Grid grid) {
    return rank.tensor() + (long) grid.tensor() * rank.pipeline();
  }

  private static long ofExperts(RankCoordinate rank, Grid grid) {
    return rank.tensor() % grid.expertTensor()
        + grid.expertTensor() * (rank.expert() + (long) grid.expert() * rank.pipeline());
  }
}
