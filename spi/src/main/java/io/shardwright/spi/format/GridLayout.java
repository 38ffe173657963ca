package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.dialect.Configuration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How a format of models is written on a grid: a distributed checkpoint of PyTorch, and documents
 * beside it. Names are Megatron-Core's where the family has them, and the chunks are those that the
 * ranks of the grid would write. The engine asks for the prefix and the states while it plans, for
 * the rest when the plan is complete.
 *
 * <p>Values of pickles are stated as {@link StoredFiles#pickle} gives them: an object with a {@code
 * _target_} is made by calling that name with {@code _args_}, or without arguments and then given
 * its other fields as state; {@code _call_: false} says the name itself. A call of {@code
 * builtins.tuple} with a list is a tuple, one of {@code builtins.dict} with a list of pairs a dict
 * whose keys may be numbers. A call of {@code torch.tensor} with a number or a truth value, and a
 * {@code dtype} by its name, is a tensor without dimensions.
 */
public interface GridLayout {
  /**
   * The contents of a target besides its tensors. Paths are relative to the target.
   *
   * @param folder of the distributed checkpoint, with a slash at its end; empty for the target
   *     itself
   * @param files bytes by path; they are the target's last files, in their order
   * @param pickles torch files of values, by path
   * @param objects of the distributed checkpoint, by key: each a torch file of the value, on the
   *     first rank
   * @param keys gives what the checkpoint calls a tensor that the engine calls otherwise, such as a
   *     tensor of an optimizer
   * @param means what a reader takes from them as the model's configuration; empty where they don't
   *     say it
   * @param notes sentences that a user should know, such as what the documents don't hold
   */
  record Contents(
      String folder,
      Map<String, byte[]> files,
      Map<String, JsonValue> pickles,
      Map<String, JsonValue> objects,
      UnaryOperator<String> keys,
      Optional<Configuration> means,
      List<String> notes) {
    /**
     * Adds torch files of values.
     *
     * @param further by path
     * @return a changed copy
     */
    public Contents and(Map<String, JsonValue> further) {
      var all = new LinkedHashMap<>(pickles);
      all.putAll(further);
      return new Contents(folder, files, all, objects, keys, means, notes);
    }
  }

  /** What a module that never computed in 8 bits has as its {@code _extra_state}. */
  enum States {
    /** Python's {@code None}, in a list: every version of Transformer Engine takes it. */
    NONE,
    /** A tensor of no bytes, in a list: what Transformer Engine 2 saves. */
    EMPTY
  }

  /**
   * What a target keeps of a model besides its weights.
   *
   * @return {@link Keeps#GRID}, {@link Keeps#TOKENIZER} if it can be given one, and {@link
   *     Keeps#OPTIMIZER} if a training can go on from it
   */
  Set<Keeps> keeps();

  /**
   * What stands before the names that the family gives.
   *
   * @return such as {@code module.}; empty unless an implementation says otherwise
   */
  default String prefix() {
    return "";
  }

  /**
   * How an optimizer's state is laid out if it is to lie in flat buffers.
   *
   * @param kind the form that the user asked for
   * @param ranks of data parallelism; empty where the user said none
   * @param settings of the training, as {@link TrainingState#settings} says them
   * @return empty for a form in which each parameter has tensors of its own; that is so unless an
   *     implementation says otherwise
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if the number is needed
   */
  default Optional<FlatLayout> flat(String kind, OptionalLong ranks, Map<String, String> settings) {
    return Optional.empty();
  }

  /**
   * The states of modules.
   *
   * @param core the Megatron-Core that has to read them
   * @return their form
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if nothing can be written for
   *     it
   */
  States states(CoreVersion core);

  /**
   * Writes the documents.
   *
   * @param model what is written
   * @return everything except tensors of the model and states of modules
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException if they can't express the model
   */
  Contents contents(WantedGrid model);
}
