package io.shardwright.core.internal.format.lightning;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.format.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Megatron-LM's scheduler of the learning rate, which counts samples, in the words of NeMo's, which
 * counts steps: the other way of {@link NemoSchedule}. After the warm-up both are the same curve.
 */
final class StepSchedule {
  private static final Map<String, String> STYLES =
      Map.of(
          "cosine", NemoSchedule.COSINE,
          "linear", NemoSchedule.LINEAR,
          "constant", NemoSchedule.CONSTANT);

  private final Obj stored;
  private final TrainingState training;
  private final OptionalLong batch;
  private final List<String> notes = new ArrayList<>();
  private boolean uneven;

  StepSchedule(TrainingState training) {
    this.training = training;
    this.stored =
        training.parts().get(TrainingState.SCHEDULER).orElse(null) instanceof Obj said
            ? said
            : Obj.empty();
    this.batch = batch();
    if (name().isEmpty() || batch.isEmpty()) {
      notes.add(
          "no lr_schedulers are written, since "
              + (stored.fields().isEmpty()
                  ? "the training has no opt_param_scheduler"
                  : name().isEmpty()
                      ? "NeMo has no lr_decay_style '" + text("lr_decay_style") + "'"
                      : "it does not state its "
                          + TrainingState.BATCH
                          + ", which NeMo's steps depend on")
              + ": NeMo starts the schedule of its optim.sched from the beginning");
    } else if (number("start_wd") != number("end_wd")) {
      notes.add("NeMo has no schedule of the weight decay, which stays what it is now");
    }
  }

  /** What the arguments say, else the samples of each step so far. */
  private OptionalLong batch() {
    String said = training.settings().getOrDefault(TrainingState.BATCH, "");
    OptionalLong stated = new Num(said).asLong();
    long done = training.iteration().orElse(0);
    long samples = training.consumedSamples().orElse((long) number("num_steps"));
    return stated.isPresent()
        ? stated
        : done > 0 && samples > 0 && samples % done == 0
            ? OptionalLong.of(samples / done)
            : OptionalLong.empty();
  }

  /** How many samples a step has; empty where that can't be told. */
  OptionalLong samples() {
    return batch;
  }

  private String text(String key) {
    return stored.get(key).flatMap(JsonValue::asText).orElse("none");
  }

  private double number(String key) {
    return stored.get(key).flatMap(NemoSchedule::number).orElse(0.0);
  }

  private Optional<String> name() {
    return Optional.ofNullable(STYLES.get(text("lr_decay_style")));
  }

  private long steps(String key) {
    double steps = number(key) / batch.orElse(1);
    uneven |= steps != Math.rint(steps);
    return Math.round(steps);
  }

  /** The list of schedulers as Lightning has it; none where the schedule can't be said. */
  Arr list(Obj group) {
    return name().isEmpty() || batch.isEmpty() ? new Arr(List.of()) : new Arr(List.of(one(group)));
  }

  private Obj one(Obj group) {
    long steps = steps("num_steps");
    long last = Math.max(steps("lr_decay_steps"), 1);
    long warm = steps("lr_warmup_steps");
    JsonValue now = group.get("lr").orElse(new Num("0.0"));
    JsonValue most = highest(group);
    Obj one =
        Obj.empty()
            .put("max_steps", Num.of(last))
            .put("warmup_steps", Num.of(warm))
            .put("min_lr", lowest(most));
    if (name().get().equals(NemoSchedule.COSINE)) {
      one.put("constant_steps", Num.of(0)).put("decay_steps", Num.of(last - warm));
    }
    if (uneven) {
      notes.add("its schedule is of samples that are not a whole steps, and was rounded to steps");
    }
    return one.put("base_lrs", new Arr(List.of(most, most)))
        .put("last_epoch", Num.of(steps))
        .put("verbose", new Bool(false))
        .put("_step_count", Num.of(steps + 1))
        .put("_get_lr_called_within_step", new Bool(false))
        .put("_last_lr", new Arr(List.of(now, now)));
  }

  /** Behind its last step NeMo's constant rate is the lowest. */
  private JsonValue lowest(JsonValue most) {
    boolean constant = name().filter(NemoSchedule.CONSTANT::equals).isPresent();
    return constant ? most : NemoSchedule.of(number("min_lr"));
  }

  /** The rate that the schedule goes up to. */
  JsonValue highest(Obj group) {
    return stored
        .get("max_lr")
        .or(() -> group.get("max_lr"))
        .or(() -> group.get("lr"))
        .orElse(new Num("0.0"));
  }

  /** What a job's {@code optim.sched} says; empty where the schedule can't be said. */
  Optional<Obj> sched() {
    return batch.isEmpty()
        ? Optional.empty()
        : name()
            .map(
                known ->
                    Obj.empty()
                        .put("name", new Str(known))
                        .put("warmup_steps", Num.of(steps("lr_warmup_steps")))
                        .put("max_steps", Num.of(Math.max(steps("lr_decay_steps"), 1)))
                        .put("min_lr", NemoSchedule.of(number("min_lr"))));
  }

  /** What a user should know. */
  List<String> notes() {
    return notes;
  }
}
