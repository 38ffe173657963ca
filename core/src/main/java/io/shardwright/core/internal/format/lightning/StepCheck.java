package io.shardwright.core.internal.format.lightning;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalLong;

/** Checks that a step's files are those of its grid and belong to one step. */
record StepCheck(String source, Step step, Map<RankCoordinate, TrainingFile> files) {

  /**
   * Compares them.
   *
   * @param grid that the configuration states
   * @throws MalformedCheckpointException if a rank is absent or of another step
   */
  void require(Grid grid) {
    requireGrid(grid);
    requireOneStep();
  }

  private void requireGrid(Grid grid) {
    var missing = new ArrayList<>(grid.ranks());
    missing.removeAll(step.ranks().keySet());
    if (step.distributed() || missing.isEmpty() && grid.ranks().size() == step.ranks().size()) {
      return;
    }
    throw new MalformedCheckpointException(
        missing.isEmpty() ? ErrorCode.PARALLEL_SIZE_MISMATCH : ErrorCode.RANK_MISSING,
        source,
        "its hyper-parameters say "
            + grid
            + ", found files of "
            + step.ranks().size()
            + " ranks"
            + (missing.isEmpty() ? "" : ", none of rank " + missing.get(0))
            + ": copy the missing ranks, or correct the sizes with "
            + Setting.HPARAMS_FILE.inText());
  }

  private void requireOneStep() {
    TrainingFile first = files.values().iterator().next();
    OptionalLong expected = first.globalStep();
    files.forEach(
        (rank, file) -> {
          if (!file.globalStep().equals(expected)) {
            throw new MalformedCheckpointException(
                ErrorCode.RANKS_DISAGREE,
                source + "/" + file.member() + " (" + rank + ")",
                "global_step is "
                    + text(file.globalStep())
                    + ", expected "
                    + text(expected)
                    + " as in "
                    + first.member()
                    + ": the files belong to different steps");
          }
        });
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "absent";
  }
}
