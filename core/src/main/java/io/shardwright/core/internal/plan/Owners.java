package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule;
import java.util.List;
import java.util.OptionalInt;

/**
 * Numbers the ranks that write a distributed checkpoint: of those that hold the same, the first.
 * Ranks are numbered stage by stage; those of a stage as {@link Grid#ranks} says.
 */
record Owners(Grid grid, StageLayers layers, ExpertBlocks experts) {
  /**
   * The rank that writes a part of a parameter.
   *
   * @param indexes layer and expert
   * @param share its number among the parameter's shares
   */
  int of(ParameterRule row, List<Integer> indexes, int share) {
    var layer = indexes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(indexes.get(0));
    int expert = experts.rank(row, indexes).orElse(0);
    return number(layers.stages(row, layer).get(0), expert * grid.expertTensor() + share);
  }

  /** The rank that writes what belongs to a module of the whole model. */
  int of(String module) {
    return number(layers.stage(module), 0);
  }

  private int number(int stage, int rank) {
    return Math.toIntExact(stage * grid.stageRanks() + rank);
  }
}
