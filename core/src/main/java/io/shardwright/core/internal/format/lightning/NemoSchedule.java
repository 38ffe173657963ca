package io.shardwright.core.internal.format.lightning;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * NeMo's scheduler of the learning rate in the words of Megatron-LM's, which counts samples (NeMo
 * v1.23.0, {@code nemo/core/optim/lr_scheduler.py}; Megatron-LM core_v0.19.2, {@code
 * megatron/core/optimizer_param_scheduler.py}). CosineAnnealing without a constant part is
 * Megatron's cosine, WarmupAnnealing its linear decay; any other is said as a constant.
 */
final class NemoSchedule {
  static final String COSINE = "CosineAnnealing";
  static final String LINEAR = "WarmupAnnealing";
  static final String CONSTANT = "WarmupPolicy";

  private final Obj stored;
  private final ModelConfig config;
  private final long done;

  /**
   * Reads a scheduler.
   *
   * @param schedulers a list of one; empty where there is none
   * @param done the training's steps
   */
  NemoSchedule(Optional<JsonValue> schedulers, ModelConfig config, OptionalLong done) {
    this.stored =
        schedulers
            .filter(Arr.class::isInstance)
            .flatMap(list -> ((Arr) list).items().stream().findFirst())
            .filter(Obj.class::isInstance)
            .map(Obj.class::cast)
            .orElseGet(Obj::empty);
    this.config = config;
    this.done = done.orElse(0);
  }

  /** A number, or the one of a tensor. */
  static Optional<Double> number(JsonValue value) {
    if (value instanceof Num number) {
      return Optional.of(Double.parseDouble(number.text()));
    }
    return value instanceof Obj call && call.get("_args_").orElse(null) instanceof Arr args
        ? args.items().stream().findFirst().flatMap(NemoSchedule::number)
        : value instanceof Arr list
            ? list.items().stream().findFirst().flatMap(NemoSchedule::number)
            : Optional.empty();
  }

  static JsonValue of(double number) {
    return new Num(Double.toString(number));
  }

  private Optional<Double> number(Obj from, String key) {
    return from.get(key).flatMap(NemoSchedule::number);
  }

  private double highest(Obj group) {
    return number(stored, "base_lrs")
        .or(() -> number(group, "initial_lr"))
        .or(() -> number(group, "lr"))
        .orElse(0.0);
  }

  private double lowest(Obj group) {
    return number(stored, "min_lr")
        .or(() -> config.text("optim.sched.min_lr").map(Double::valueOf))
        .orElse(style().equals("constant") ? highest(group) : 0.0);
  }

  private String style() {
    if (number(stored, "max_steps").isEmpty()) {
      return "constant";
    }
    return switch (config.text("optim.sched.name").orElse("")) {
      case COSINE -> number(stored, "constant_steps").orElse(0.0) == 0 ? "cosine" : "constant";
      case LINEAR -> "linear";
      default -> "constant";
    };
  }

  /** A group with what Megatron-LM tells it by. */
  Obj in(Obj group) {
    Obj whole = group.copy();
    whole.put("max_lr", of(highest(group)));
    whole.put("min_lr", of(lowest(group)));
    return whole.put("default_config", new Bool(true));
  }

  /**
   * The scheduler's state.
   *
   * @param group of parameters with weight decay
   */
  Obj of(Obj group) {
    JsonValue decay = group.get("weight_decay").orElse(new Num("0.0"));
    return Obj.empty()
        .put("max_lr", of(highest(group)))
        .put("lr_warmup_steps", samples(number(stored, "warmup_steps").orElse(0.0)))
        .put("num_steps", samples(number(stored, "last_epoch").orElse((double) done)))
        .put("lr_decay_style", new Str(style()))
        .put("lr_decay_steps", samples(number(stored, "max_steps").orElse(Math.max(1.0, done))))
        .put("min_lr", of(lowest(group)))
        .put("start_wd", decay)
        .put("end_wd", decay)
        .put("wd_incr_style", new Str("constant"))
        .put("wd_incr_steps", samples(number(stored, "max_steps").orElse(Math.max(1.0, done))));
  }

  private JsonValue samples(double steps) {
    long batch = config.count("global_batch_size", 1).orElse(1);
    return new Num(BigDecimal.valueOf((long) steps).multiply(BigDecimal.valueOf(batch)).toString());
  }
}
