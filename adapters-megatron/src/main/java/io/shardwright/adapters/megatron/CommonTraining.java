package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.FlatState;
import io.shardwright.spi.format.TrainingState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What Megatron-Core's common state says of a training: progress, scheduler, and of the optimizer
 * what is no tensor (core_v0.19.0, {@code megatron/core/optimizer/optimizer.py}).
 *
 * <pre>
 * optimizer = {optimizer: {param_groups: [group*], state: {common_step}?},
 *              param_state_sharding_type: kind, grad_scaler: scaler}
 *           | {0: optimizer, 1: optimizer, …}        (dense parameters, experts)
 *           | {param_groups: [group*], …}            (of a model in fp32)
 *           | [optimizer]                            (NeMo's)
 * </pre>
 */
final class CommonTraining {
  /** What an optimizer without a form of its own is called. */
  static final String NON_DISTRIBUTED = "non_distributed";

  /** A parameter's master weight among an optimizer's states. */
  static final String MASTER = "fp32_param";

  static final String OPTIMIZER = "optimizer";
  static final String KIND = "param_state_sharding_type";
  private static final String GROUPS = "param_groups";
  private static final String STATE = "state";
  private static final String STEP = "step";

  private static final List<String> PARTS =
      List.of(TrainingState.SCHEDULER, TrainingState.OPERATIONS);

  /** Where parameters lie in flat buffers, and what weights are of their masters. */
  private static final List<String> SETTINGS =
      List.of(
          FlatBuffers.SPECIFICATION,
          FlatBuffers.GROUPED,
          BucketSize.OVERLAP,
          BucketSize.SIZE,
          BucketSize.COUNT,
          BucketLayout.WIDE,
          "fp8_param_gather",
          "fp4_param_gather",
          "use_precision_aware_optimizer",
          TrainingState.BATCH,
          TrainingState.WINDOW);

  private CommonTraining() {}

  /**
   * What a common state says.
   *
   * @param common the state
   * @param further optimizers that lie elsewhere
   * @param flat their tensors, if in flat buffers
   * @param shown settings that something else than the arguments shows
   */
  static Optional<TrainingState> of(
      Obj common, List<JsonValue> further, Optional<FlatState> flat, Map<String, String> shown) {
    var optimizers =
        Stream.concat(
                common.get(OPTIMIZER).stream().flatMap(CommonTraining::each), further.stream())
            .flatMap(value -> value instanceof Obj one ? Stream.of(one) : Stream.empty())
            .toList();
    if (optimizers.isEmpty()) {
      return Optional.empty();
    }
    var said = new DialectDocument(common);
    String kind = text(optimizers.get(0), KIND).orElse(NON_DISTRIBUTED);
    var state = TrainingState.of(kind).progress(done(said), samples(said));
    for (Obj optimizer : optimizers) {
      groups(optimizer).forEach(state::group);
      optimizer.get(TrainingState.SCALER).ifPresent(s -> state.part(TrainingState.SCALER, s));
    }
    PARTS.forEach(key -> common.get(key).ifPresent(value -> state.part(key, value)));
    flat.ifPresent(state::flat);
    shown.forEach(state::setting);
    SETTINGS.forEach(key -> said.text("args." + key).ifPresent(v -> state.setting(key, v)));
    return Optional.of(state.build());
  }

  /** One optimizer, or those of a chain. */
  private static Stream<JsonValue> each(JsonValue stored) {
    if (stored instanceof Arr list) {
      return list.items().stream().flatMap(CommonTraining::each);
    }
    boolean chain =
        stored instanceof Obj dict
            && !dict.fields().isEmpty()
            && dict.fields().keySet().stream().allMatch(key -> key.matches("[0-9]+"));
    return chain ? ((Obj) stored).fields().values().stream() : Stream.of(stored);
  }

  private static List<Obj> groups(Obj optimizer) {
    Obj own = optimizer.get(OPTIMIZER).orElse(null) instanceof Obj inner ? inner : optimizer;
    Optional<JsonValue> common =
        own.get(STATE)
            .filter(Obj.class::isInstance)
            .flatMap(state -> ((Obj) state).get("common_step"));
    return own.get(GROUPS).orElse(null) instanceof Arr list
        ? list.items().stream()
            .filter(Obj.class::isInstance)
            .map(group -> group((Obj) group, common))
            .toList()
        : List.of();
  }

  private static Obj group(Obj stored, Optional<JsonValue> step) {
    Obj group = stored.copy();
    group.fields().remove("params");
    if (group.get(STEP).isEmpty()) {
      step.flatMap(CommonTraining::number).ifPresent(done -> group.put(STEP, done));
    }
    return group;
  }

  /** A number, or the one of a tensor without dimensions. */
  private static Optional<JsonValue> number(JsonValue value) {
    if (value instanceof Obj call && call.get("_args_").orElse(null) instanceof Arr args) {
      return args.items().stream().filter(Num.class::isInstance).findFirst();
    }
    return Optional.of(value).filter(Num.class::isInstance);
  }

  private static Optional<String> text(Obj from, String key) {
    return from.get(key).flatMap(JsonValue::asText);
  }

  private static OptionalLong count(DialectDocument said, String key) {
    return said.text(key).map(text -> new Num(text).asLong()).orElse(OptionalLong.empty());
  }

  /** NeMo 2 has Lightning's word. */
  private static OptionalLong done(DialectDocument said) {
    OptionalLong iteration = count(said, "iteration");
    return iteration.isPresent() ? iteration : count(said, "global_step");
  }

  private static OptionalLong samples(DialectDocument said) {
    OptionalLong seen = count(said, "args." + Kept.SAMPLES);
    return seen.isPresent() ? seen : count(said, Kept.SAMPLES);
  }
}
