package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.format.TrainingState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a training of NeMo needs besides tensors, in Megatron-Core's words. With two groups the
 * first has weight decay and the second has none (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/utils.py},
 * get_params_for_weight_decay_optimization); how many samples were seen the checkpoint's name says
 * ({@code megatron_base_model.py}).
 */
record LightningTraining(TrainingFile file, String step, ModelConfig config, Guard guard) {
  private static final Pattern SAMPLES = Pattern.compile("consumed_samples=([0-9]{1,18})");
  private static final String DECAY = "wd_mult";

  /** The state; empty where there is no optimizer. */
  Optional<TrainingState> state() {
    if (!(tree("optimizer_states").orElse(null) instanceof Arr list) || list.items().isEmpty()) {
      return Optional.empty();
    }
    Obj whole = object(list.items().get(0)).orElseGet(Obj::empty);
    Obj plain = whole.get("optimizer").flatMap(LightningTraining::object).orElse(whole);
    if (!(plain.get("param_groups").orElse(null) instanceof Arr groups)) {
      return Optional.empty();
    }
    OptionalLong steps = steps(plain);
    OptionalLong done = done(steps);
    var state = TrainingState.of("non_distributed").progress(done, samples());
    config
        .count(TrainingState.BATCH, 1)
        .ifPresent(size -> state.setting(TrainingState.BATCH, Long.toString(size)));
    var schedule = new NemoSchedule(tree("lr_schedulers"), config, done);
    for (int number = 0; number < groups.items().size(); number++) {
      Obj group = object(groups.items().get(number)).orElseGet(Obj::empty);
      boolean decay = groups.items().size() == 2 ? number == 0 : decays(group);
      state.group(schedule.in(group(group, decay, steps.isPresent() ? steps : done)));
    }
    object(groups.items().get(0))
        .ifPresent(group -> state.part(TrainingState.SCHEDULER, schedule.of(group)));
    whole
        .get(TrainingState.SCALER)
        .or(this::scaler)
        .ifPresent(scaler -> state.part(TrainingState.SCALER, scaler));
    return Optional.of(state.build());
  }

  /** The steps of the training; where it counted none, those of its optimizer. */
  private OptionalLong done(OptionalLong steps) {
    OptionalLong done = tree("global_step").map(JsonValue::asLong).orElse(OptionalLong.empty());
    return done.orElse(0) > 0 || steps.isEmpty() ? done : steps;
  }

  /** PyTorch's own Adam counts the steps of each parameter, others those of a group. */
  private static OptionalLong steps(Obj plain) {
    var states =
        plain.get("state").flatMap(LightningTraining::object).stream()
            .flatMap(all -> all.fields().values().stream());
    var groups =
        plain.get("param_groups").filter(Arr.class::isInstance).stream()
            .flatMap(all -> ((Arr) all).items().stream());
    return Stream.concat(states, groups)
        .flatMap(state -> object(state).stream())
        .flatMap(state -> state.get("step").stream())
        .map(NemoSchedule::number)
        .flatMap(Optional::stream)
        .mapToLong(Double::longValue)
        .max();
  }

  /** What a plug-in for mixed precision keeps (nlp_overrides.py, GradScaler). */
  private Optional<JsonValue> scaler() {
    return file.root().entries().stream()
        .filter(entry -> entry.name().endsWith("Plugin"))
        .flatMap(entry -> tree(entry.name()).flatMap(LightningTraining::object).stream())
        .filter(kept -> kept.get("scale").isPresent() && kept.get("growth_factor").isPresent())
        .findFirst()
        .map(LightningTraining::scaler);
  }

  private static JsonValue scaler(Obj kept) {
    JsonValue scale = NemoSchedule.number(kept.get("scale").get()).map(NemoSchedule::of).get();
    Obj tensor =
        Obj.empty()
            .put("_target_", new Str("torch.tensor"))
            .put("_args_", new Arr(List.of(new Arr(List.of(scale)))))
            .put("dtype", new Str("torch.float32"));
    Obj scaler = Obj.empty().put("scale", tensor);
    for (String key : List.of("growth_tracker", "hysteresis_tracker")) {
      kept.get("_" + key).ifPresent(value -> scaler.put(key, value));
    }
    return scaler;
  }

  private Optional<JsonValue> tree(String key) {
    return file.get(key).map(value -> TorchTree.of(file.torch(), value, guard));
  }

  private static Optional<Obj> object(JsonValue value) {
    return Optional.of(value).filter(Obj.class::isInstance).map(Obj.class::cast);
  }

  private OptionalLong samples() {
    Matcher samples = SAMPLES.matcher(step);
    return samples.find()
        ? OptionalLong.of(Long.parseLong(samples.group(1)))
        : OptionalLong.empty();
  }

  private static boolean decays(Obj group) {
    return group
        .get("weight_decay")
        .filter(value -> value instanceof Num number && number.text().matches("0(\\.0*)?"))
        .isEmpty();
  }

  private static Obj group(Obj stored, boolean decay, OptionalLong done) {
    Obj group = stored.copy();
    group.fields().remove("params");
    JsonValue expert = group.fields().remove("is_expert");
    put(group, DECAY, new Num(decay ? "1.0" : "0.0"));
    put(group, "lr_mult", new Num("1.0"));
    put(group, "is_expert_parallel", expert == null ? new Bool(false) : expert);
    put(group, "is_decoupled_lr", new Bool(false));
    done.ifPresent(steps -> put(group, "step", Num.of(steps)));
    return group;
  }

  private static void put(Obj group, String key, JsonValue value) {
    if (group.get(key).isEmpty()) {
      group.put(key, value);
    }
  }
}
