package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.format.FlatState;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The grid that flat buffers are of. Where the configuration doesn't say it, the chunks of weights
 * do: each rank writes its own.
 */
record FlatGrid(ModelDescription model, FlatState state) {
  /**
   * The grid.
   *
   * @throws MalformedCheckpointException if there are buffers of other ranks
   */
  Grid grid() {
    Grid said = model.grid();
    Grid grid = fits(said, false) || isSaid() ? said : found(said);
    grid = fits(grid, true) || isSaid() ? grid : withExperts(grid);
    require(grid, false);
    require(grid, true);
    return grid;
  }

  private boolean isSaid() {
    return model.config().has(ParallelDimension.TENSOR.configKey())
        || model.config().has(ParallelDimension.PIPELINE.configKey());
  }

  private boolean fits(Grid grid, boolean experts) {
    OptionalLong ranks = state.ranks(experts);
    return ranks.isEmpty() || ranks.getAsLong() == ranks(grid, experts);
  }

  private static long ranks(Grid grid, boolean experts) {
    return (long) grid.pipeline()
        * (experts ? (long) grid.expert() * grid.expertTensor() : grid.tensor());
  }

  private Grid found(Grid said) {
    int tensor = cuts(row -> row.rule().traits().vocabPadded()).orElse(said.tensor());
    long pipeline = state.ranks(false).orElse(tensor) / tensor;
    return pipeline < 1 || pipeline > model.layers() ? said : said.with(tensor, (int) pipeline);
  }

  private Grid withExperts(Grid grid) {
    int each =
        cuts(tensor ->
                ExpertBlocks.isExpert(tensor.rule())
                    && tensor.rule().partitionDim() >= 0
                    && tensor.rule().arrangement().stride() == 1)
            .orElse(grid.tensor());
    long ranks = state.ranks(true).orElse(each) / each / grid.pipeline();
    return ranks < 1 || ranks > 99_999 ? grid : grid.experts((int) ranks).expertTensor(each);
  }

  /** In how many chunks such tensors are. */
  private OptionalInt cuts(Predicate<LogicalTensor> which) {
    return model.tensors().stream()
        .filter(which)
        .mapToInt(tensor -> tensor.parts().size())
        .filter(parts -> parts > 0)
        .findFirst();
  }

  private void require(Grid grid, boolean experts) {
    if (!fits(grid, experts)) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          model.source(),
          "its optimizer's state of kind "
              + state.kind()
              + " is of "
              + state.ranks(experts).orElse(0)
              + " ranks"
              + (experts ? " with experts" : "")
              + ", expected "
              + ranks(grid, experts)
              + " by "
              + grid
              + ": leave it out with "
              + Setting.NO_OPTIMIZER.inText());
    }
  }
}
