package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.format.WantedGrid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of Megatron-LM that are written into the common state.
 *
 * @param args a Namespace
 * @param means what a reader takes from them
 * @param notes for the user
 */
record CommonState(Obj args, Configuration means, List<String> notes) {
  /** What another trainer's state means here. */
  private static final String FOREIGN =
      "the training continues by Megatron-LM's rules: "
          + Flags.option("lr")
          + " and "
          + Flags.option("min-lr")
          + " must be those of its parameter groups, and its schedule is opt_param_scheduler,"
          + " counted in samples, unless "
          + Flags.option("override-opt_param-scheduler")
          + " is given; biases and tensors with one axis have no weight decay; loops, callbacks and"
          + " random states are left out";

  /**
   * The arguments of a model.
   *
   * @throws UnsupportedCheckpointException if it is none of Megatron-LM's, or naming every key that
   *     they can't express
   */
  static CommonState of(WantedGrid model) {
    if (!model.classes().contains(RestoreClass.megatron(Arguments.NAMESPACE))) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE,
          model.source(),
          "is a model that Megatron-LM's arguments can't describe");
    }
    var facts = Facts.of(model);
    var kept = Kept.of(model);
    Obj fresh = Arguments.write(facts, model.grid().size(), kept.iteration());
    kept.huggingFace().ifPresent(config -> fresh.put(HuggingFaceFormat.ORIGIN, config));
    Obj args = kept.renewed(Kept.ARGS, fresh, facts, Arguments::of);
    model.training().ifPresent(training -> trained(args, training));
    boolean foreign = kept.get(Kept.ARGS).isEmpty() && model.training().isPresent();
    var notes = new ArrayList<>(MegatronKeys.notes(facts.config()));
    if (foreign) {
      notes.add(FOREIGN);
    }
    String flags = Arguments.flags(fresh, facts.config());
    notes.add(
        "Megatron-LM reads the model's sizes from the folder with "
            + Flags.option("use-checkpoint-args")
            + (flags.isEmpty() ? "" : ", except these, which must be given: " + flags)
            + "; to use your own tokenizer, add "
            + Flags.option("no-use-tokenizer-model-from-checkpoint-args"));
    return new CommonState(args, facts.means(Arguments.of(args).orElseThrow()), notes);
  }

  /** What a training counts whose optimizer goes along. */
  private static void trained(Obj args, TrainingState training) {
    args.put("no_save_optim", new Bool(false));
    training.consumedSamples().ifPresent(seen -> args.put(Kept.SAMPLES, Num.of(seen)));
    for (String key : List.of(TrainingState.BATCH, TrainingState.WINDOW)) {
      String said = training.settings().get(key);
      if (said != null && args.get(key).isEmpty()) {
        args.put(key, new Num(said));
      }
    }
  }

  /** The same where it can be said; a folder of weights alone needn't have them. */
  static Optional<CommonState> tried(WantedGrid model, List<String> notes) {
    try {
      return Optional.of(of(model));
    } catch (UnsupportedCheckpointException refused) {
      notes.add("no arguments of Megatron-LM are written: " + refused.getMessage());
      return Optional.empty();
    }
  }
}
