package io.shardwright.spi;

import java.util.List;
import java.util.OptionalLong;

/**
 * A stack of layers of a model, such as an encoder, a decoder, or the tower of a kind of input, as
 * data: how many layers it has, which rows are theirs, and the pipeline stages over which it is
 * spread. Layers are numbered from 0 within their stack.
 *
 * @param name the stack's word in messages and pictures, such as {@code encoder}
 * @param count formula of the number of layers, such as {@code num_layers} or {@code
 *     encoder.num_layers | num_layers}
 * @param prefix the beginning of the canonical names of its rows, such as {@code encoder.layers.};
 *     of several stacks that match a row, the one with the longest prefix has it
 * @param stages the stages over which it is spread
 * @param splitKey configuration key of the first stage of the second half, for {@link
 *     Stages#BEFORE} and {@link Stages#FROM}; empty for the others
 */
public record LayerStack(String name, Size count, String prefix, Stages stages, String splitKey) {
  /** The key of Megatron-LM's encoder-decoder models (core_v0.5.0, {@code parallel_state.py}). */
  public static final String SPLIT_RANK = "pipeline_model_parallel_split_rank";

  /** The one stack of a model that has no others: {@code num_layers} layers on all stages. */
  public static final LayerStack DECODER = of("decoder", "num_layers", "");

  /** The pipeline stages over which a stack is spread; of one stage all stacks are on it. */
  public enum Stages {
    /** All stages in order, evenly unless a {@link PipelineSplit} says otherwise. */
    ALL,
    /** The stages before the one that {@code splitKey} names, evenly. */
    BEFORE,
    /** The stages from the one that {@code splitKey} names on, evenly. */
    FROM,
    /** The first stage. */
    FIRST,
    /**
     * The last stage, or the one where a {@link PipelineLayout} has its letter {@code m}, as for
     * the layers that predict further tokens (Megatron-Core 0.19, {@code
     * megatron/core/transformer/multi_token_prediction.py}).
     */
    LAST
  }

  /**
   * Makes a stack that is spread over all stages.
   *
   * @param name its word in messages
   * @param count formula by the grammar of {@link Size}
   * @param prefix the beginning of its rows' canonical names; empty for all rows
   * @return the stack
   * @throws IllegalArgumentException if the formula breaks the grammar
   */
  public static LayerStack of(String name, String count, String prefix) {
    return new LayerStack(name, new Size(count), prefix, Stages.ALL, "");
  }

  /**
   * Puts the stack on the first or the last stage.
   *
   * @param where {@link Stages#FIRST}, {@link Stages#LAST}, or {@link Stages#ALL}
   * @return a changed copy
   */
  public LayerStack on(Stages where) {
    return new LayerStack(name, count, prefix, where, "");
  }

  /**
   * Spreads the stack over the stages before one, as T5's encoder.
   *
   * @param key configuration key of the stage's number, such as {@link #SPLIT_RANK}
   * @return a changed copy
   */
  public LayerStack before(String key) {
    return new LayerStack(name, count, prefix, Stages.BEFORE, key);
  }

  /**
   * Spreads the stack over the stages from one on, as T5's decoder.
   *
   * @param key configuration key of the stage's number, such as {@link #SPLIT_RANK}
   * @return a changed copy
   */
  public LayerStack from(String key) {
    return new LayerStack(name, count, prefix, Stages.FROM, key);
  }

  /**
   * Returns the number of layers.
   *
   * @param config the configuration
   * @return at least 0; empty if the configuration does not say
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no whole number
   */
  public OptionalLong layers(ModelConfig config) {
    return count.in(config);
  }

  /**
   * Finds the stack of a row.
   *
   * @param stacks a family's stacks
   * @param canonical the row's canonical name
   * @return the stack with the longest prefix that the name begins with, otherwise the first
   */
  public static LayerStack of(List<LayerStack> stacks, String canonical) {
    LayerStack found = stacks.get(0);
    int longest = -1;
    for (LayerStack stack : stacks) {
      if (canonical.startsWith(stack.prefix) && stack.prefix.length() > longest) {
        found = stack;
        longest = stack.prefix.length();
      }
    }
    return found;
  }
}
