package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import java.util.List;

/**
 * Ranks of data parallelism that a grid can have: the ranks of a stage are shared out once among
 * all parameters and once among experts (Megatron-LM core_v0.19.0, {@code
 * megatron/core/parallel_state.py}, initialize_model_parallel).
 */
public final class DataRanks {
  private DataRanks() {}

  /**
   * Refuses buffers for ranks that no training can have.
   *
   * @throws PlanRejectedException with the sizes that are possible
   */
  public static void require(ModelDescription model, Grid grid, long ranks) {
    if (!fits(grid, ranks)) {
      throw new PlanRejectedException(
          ErrorCode.NOT_DIVISIBLE,
          model.source(),
          List.of(
              Setting.DATA_PARALLEL.inText()
                  + "="
                  + ranks
                  + " with "
                  + named(ParallelDimension.TENSOR, grid.tensor())
                  + ": the ranks of a stage, "
                  + Math.multiplyExact(ranks, grid.tensor())
                  + " in number, are not divisible by "
                  + named(ParallelDimension.EXPERT, grid.expert())
                  + " times "
                  + named(ParallelDimension.EXPERT_TENSOR, grid.expertTensor())
                  + ". Choose "
                  + Feasibility.listed(size -> fits(grid, size))
                  + "."));
    }
  }

  private static boolean fits(Grid grid, long ranks) {
    long experts = (long) grid.expert() * grid.expertTensor();
    return Math.multiplyExact(ranks, grid.tensor()) % experts == 0;
  }

  private static String named(ParallelDimension dimension, int size) {
    return dimension.configKey() + "=" + size;
  }
}
