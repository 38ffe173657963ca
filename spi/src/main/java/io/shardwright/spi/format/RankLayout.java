package io.shardwright.spi.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.dialect.Configuration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How a format of models is written as a torch file for each rank. The names are Megatron-Core's,
 * layers are numbered from 0 in each model of a file, experts in each rank. The engine asks for the
 * paths while it plans, for the rest when the plan is complete.
 */
public interface RankLayout {
  /**
   * The contents of a target besides its models.
   *
   * @param folder of the ranks' files, with a slash at its end; empty for the target itself
   * @param around what stands before the models in each rank's file, by key; values are stated as
   *     in {@link GridLayout}
   * @param names gives what the file calls a parameter or state that the family calls otherwise;
   *     states of one name are one
   * @param files bytes by path; they are the target's last files, in their order
   * @param means what a reader takes from them as the model's configuration; empty where they don't
   *     say it
   * @param notes sentences that a user should know, such as what the documents don't hold
   */
  record Contents(
      String folder,
      Map<String, JsonValue> around,
      UnaryOperator<String> names,
      Map<String, byte[]> files,
      Optional<Configuration> means,
      List<String> notes) {}

  /**
   * What a target keeps of a model besides its weights.
   *
   * @return {@link Keeps#GRID}, {@link Keeps#TOKENIZER} if it can be given one, and {@link
   *     Keeps#OPTIMIZER} if a training can go on from it
   */
  Set<Keeps> keeps();

  /**
   * The path of a rank's file, relative to the folder of {@link Contents}.
   *
   * @param rank one of the grid's
   * @param grid what the model is cut for
   * @return another for each rank
   */
  String file(RankCoordinate rank, Grid grid);

  /**
   * The key of a model in a rank's file.
   *
   * @param chunk of an interleaved pipeline, from 0
   * @param chunks how many there are; 1 where it is not interleaved
   * @return another for each chunk
   */
  String key(int chunk, int chunks);

  /**
   * States of modules without parameters, which no row of a family tells.
   *
   * @param state the name of the state of a module with parameters, which holds nothing
   * @return names of others that stand before it; none unless an implementation says otherwise
   */
  default List<String> others(String state) {
    return List.of();
  }

  /**
   * Writes the documents.
   *
   * @param model what is written
   * @return everything except tensors of the model and states of modules
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if they can't express the model
   */
  Contents contents(WantedGrid model);

  /**
   * The entries after the models in a rank's file if it has an optimizer. Values are stated as in
   * {@link GridLayout}, the optimizer's tensors as {@link RankParameter#tensor} says.
   *
   * @param model what is written
   * @param parameters of the rank, chunk by chunk, in the order in which their modules register
   *     them
   * @return values by key; each of the optimizer's tensors once
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if the format has no such
   *     optimizer
   */
  default Map<String, JsonValue> state(WantedGrid model, List<RankParameter> parameters) {
    return Map.of();
  }
}
