package io.shardwright.core.internal.format.lightning;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The groups of parameters that NeMo has, one with weight decay and one without, or one alone, of
 * those that Megatron tells by more than that.
 */
final class NemoGroups {
  /** What PyTorch's Adam and Apex's know of a group. */
  private static final List<String> KNOWN =
      List.of(
          "lr",
          "bias_correction",
          "betas",
          "eps",
          "weight_decay",
          "amsgrad",
          "foreach",
          "maximize",
          "capturable",
          "differentiable",
          "fused",
          "decoupled_weight_decay");

  private static final String DECAY = "weight_decay";
  private static final List<String> ALIKE = List.of("lr", "betas", "eps");

  private final String where;
  private final boolean one;
  private final Obj decayed;
  private final Obj others;
  private final Optional<JsonValue> steps;

  /**
   * Those of a training.
   *
   * @throws UnsupportedCheckpointException if two of one kind differ
   */
  NemoGroups(String where, TrainingState training, ModelConfig config) {
    this.where = where;
    this.one = config.flag("do_layer_norm_weight_decay");
    var with = new ArrayList<Obj>();
    var without = new ArrayList<Obj>();
    for (Obj group : training.groups()) {
      (decays(group) ? with : without).add(group);
    }
    if (with.isEmpty()) {
      throw ParameterGroups.unwritten(where, "none of its param_groups has weight decay (wd_mult)");
    }
    decayed = alike(with);
    others = (without.isEmpty() ? decayed : alike(without)).copy().put(DECAY, new Num("0.0"));
    requireAlike(with, DECAY);
    steps =
        training.step().isPresent()
            ? Optional.of(Num.of(training.step().getAsLong()))
            : Optional.empty();
  }

  private static boolean decays(Obj group) {
    return group.get("wd_mult").flatMap(NemoSchedule::number).orElse(1.0) != 0;
  }

  private Obj alike(List<Obj> same) {
    ALIKE.forEach(key -> requireAlike(same, key));
    return same.get(0);
  }

  private void requireAlike(List<Obj> same, String key) {
    if (same.stream().map(group -> group.get(key)).distinct().count() > 1) {
      throw ParameterGroups.unwritten(
          where,
          "two of its param_groups differ in '"
              + key
              + "', and NeMo has one with weight decay and one without");
    }
  }

  /** The group with weight decay. */
  Obj decayed() {
    return decayed;
  }

  /** Whether PyTorch's own Adam made them, which counts the steps of each parameter. */
  private boolean ofPytorch() {
    return decayed.get("foreach").isPresent();
  }

  /** What each parameter counts. */
  Optional<JsonValue> steps() {
    return steps.filter(known -> ofPytorch());
  }

  /**
   * They as an optimizer stores them.
   *
   * @param numbered whether each has a list of parameters
   */
  List<Obj> written(StepSchedule schedule, boolean numbered) {
    Obj first = written(decayed, schedule, numbered);
    return one ? List.of(first) : List.of(first, written(others, schedule, numbered));
  }

  private Obj written(Obj group, StepSchedule schedule, boolean numbered) {
    Obj own = Obj.empty();
    KNOWN.forEach(key -> group.get(key).ifPresent(value -> own.put(key, value)));
    if (own.get("betas").orElse(null) instanceof Arr betas) {
      own.put(
          "betas",
          Obj.empty()
              .put("_target_", new Str("builtins.tuple"))
              .put("_args_", new Arr(List.of(betas))));
    }
    if (schedule.sched().isPresent()) {
      own.put("initial_lr", schedule.highest(group));
    }
    if (!ofPytorch() || !numbered) {
      steps.ifPresent(known -> own.put("step", known));
    }
    return numbered ? own.put("params", new Arr(List.of())) : own;
  }

  /** What a job says of them. */
  Obj optim() {
    Obj optim = Obj.empty().put("name", new Str(ofPytorch() ? "adamw" : "fused_adam"));
    for (String key : List.of("weight_decay", "betas", "eps")) {
      decayed.get(key).ifPresent(value -> optim.put(key, value));
    }
    return optim;
  }
}
