package io.shardwright.spi.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An optimizer's state in flat buffers: each rank's parameters one behind another. Nothing in the
 * files says which parameter lies where; it follows from their sizes and the order in which the
 * model registers them, which the engine knows from a family's rows. The engine compares the master
 * weights with the weights, since sizes alone can't tell two parameters of one size apart.
 */
public interface FlatState {
  /**
   * A parameter of a rank.
   *
   * @param name as the rank's model calls it
   * @param dtype of the weight
   * @param elements how many the rank has
   * @param shared whether it is the embedding that two stages share
   */
  record Parameter(String name, DType dtype, long elements, boolean shared) {}

  /**
   * A parameter's elements in a flat tensor, one behind another. Runs are equal that begin at the
   * same element of one tensor.
   *
   * @param tensor of one axis
   * @param start the first element
   */
  record Run(ContainedTensor tensor, long start) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Run run && run.tensor == tensor && run.start == start;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(tensor) + Long.hashCode(start);
    }
  }

  /**
   * What a user calls such a state.
   *
   * @return such as {@code dp_reshardable}
   */
  String kind();

  /**
   * How many ranks hold different parameters.
   *
   * @param experts whether ranks of experts are meant, which have an optimizer of their own
   * @return empty where files are by themselves a rank's, or no experts are divided among ranks
   */
  OptionalLong ranks(boolean experts);

  /**
   * Settings that decide the order of registration, where the configuration may not say them.
   *
   * @return keys and values to be tried one after another, the likeliest first; at least one map
   */
  List<Map<String, String>> orders();

  /**
   * What the buffers show of the training's settings.
   *
   * @param grid what the model is cut for
   * @param registered the parameters of each rank in the order that was found, for each chunk of an
   *     interleaved pipeline; without experts that are divided among ranks
   * @return as {@link TrainingState#settings} has them; none where they show nothing
   */
  Map<String, String> settings(Grid grid, Map<RankCoordinate, List<List<Parameter>>> registered);

  /**
   * Where a rank's state lies.
   *
   * @param rank one of the grid's
   * @param grid what the model is cut for
   * @param experts whether the parameters are of experts that are divided among ranks; the other
   *     parameters of such a model are requested separately
   * @param chunks the parameters in the order of registration, for each chunk of an interleaved
   *     pipeline
   * @return the possibilities, mostly one: for each parameter of all chunks in order, runs by the
   *     state's kind, {@code fp32_param} for the master weight; without runs where another rank has
   *     them
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if the sizes that the format
   *     states don't come out
   */
  List<List<Map<String, Run>>> places(
      RankCoordinate rank, Grid grid, boolean experts, List<List<Parameter>> chunks);
}
