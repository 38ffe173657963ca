package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ParameterGroup;
import io.shardwright.spi.format.RankParameter;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lays out the optimizer of a rank's file, as {@link RankOptimizer} reads it.
 *
 * @param model what is written
 * @param training what its optimizer has besides tensors
 */
record RankStates(WantedGrid model, TrainingState training) {
  /** What a user has to know who goes on with the training. */
  static final String RESUME =
      "the training's random states (rng_state) are left out: start Megatron-LM with "
          + Flags.option("no-load-rng")
          + "; its random numbers will differ from those of the original run";

  private static final String STEP = "step";

  /** What the groups of PyTorch's own Adam say, which counts the steps of each parameter. */
  private static final String OF_PYTORCH = "foreach";

  /**
   * What stands behind the models of a rank.
   *
   * @param parameters in the order in which the models register them
   * @throws UnsupportedCheckpointException if Megatron-LM has no such optimizer
   */
  static Map<String, JsonValue> of(WantedGrid model, List<RankParameter> parameters) {
    var state = new LinkedHashMap<String, JsonValue>();
    model
        .training()
        .ifPresent(
            training -> {
              state.put(RankOptimizer.KEY, new RankStates(model, training).optimizer(parameters));
              for (String part : List.of(TrainingState.SCHEDULER, TrainingState.OPERATIONS)) {
                training.parts().get(part).ifPresent(value -> state.put(part, value));
              }
            });
    return state;
  }

  /** Of several the second has the experts that ranks share out. */
  private JsonValue optimizer(List<RankParameter> parameters) {
    boolean apart =
        model.grid().expert() > 1 && model.groups().stream().anyMatch(ParameterGroup::expert);
    var own = parameters.stream().filter(one -> !NativeNames.isBuffer(one.spec().name())).toList();
    if (!apart) {
      return one(own, false);
    }
    var dense = own.stream().filter(one -> !RankOptimizer.isExpert(one.spec().name())).toList();
    var experts = own.stream().filter(one -> RankOptimizer.isExpert(one.spec().name())).toList();
    return new Arr(List.of(one(dense, false), one(experts, true)));
  }

  private Obj one(List<RankParameter> parameters, boolean experts) {
    Obj states = Obj.empty();
    var groups = new ArrayList<JsonValue>();
    var masters = new ArrayList<JsonValue>();
    for (Obj stated : groups(experts)) {
      boolean decay = CommonOptimizer.decays(stated);
      var own = parameters.stream().filter(p -> RankOptimizer.decays(p.spec()) == decay).toList();
      var indexes = new ArrayList<JsonValue>();
      var kept = new ArrayList<JsonValue>();
      for (RankParameter parameter : own) {
        int index = states.fields().size();
        indexes.add(Num.of(index));
        states.put(Integer.toString(index), moments(parameter, stated));
        master(parameter).ifPresent(kept::add);
      }
      groups.add(written(stated).put("params", new Arr(indexes)));
      masters.add(new Arr(kept));
    }
    Obj plain =
        Obj.empty()
            .put("state", PythonValues.numbered(List.copyOf(states.fields().values())))
            .put("param_groups", new Arr(groups));
    return isHalf() ? half(plain, new Arr(masters)) : plain;
  }

  private Obj half(Obj plain, Arr masters) {
    Obj whole = Obj.empty().put(RankOptimizer.KEY, plain);
    training.parts().get(TrainingState.SCALER).ifPresent(s -> whole.put(TrainingState.SCALER, s));
    return whole.put("fp32_from_fp16_params", masters);
  }

  private boolean isHalf() {
    return model.dtype() != DType.FLOAT32;
  }

  private static Obj moments(RankParameter parameter, Obj group) {
    Obj state = Obj.empty();
    for (String kind : RankOptimizer.KINDS) {
      state.put(kind, parameter.tensor(kind));
    }
    if (isOfPytorch(group)) {
      group.get(STEP).ifPresent(step -> state.put(STEP, tensor(step)));
    }
    return state;
  }

  private static JsonValue tensor(JsonValue number) {
    return PythonValues.call("torch.tensor", number).put("dtype", new Str("torch.float32"));
  }

  private static boolean isOfPytorch(Obj group) {
    return group.get(OF_PYTORCH).isPresent();
  }

  private Optional<JsonValue> master(RankParameter parameter) {
    boolean has = parameter.kinds().contains(CommonTraining.MASTER);
    boolean needs = isHalf() && parameter.spec().dtype() != DType.FLOAT32;
    if (has != needs) {
      throw CommonOptimizer.refused(
          model,
          "'"
              + parameter.spec().name()
              + "' is "
              + parameter.spec().dtype().torchName()
              + (has ? " and has" : " and lacks")
              + " a master weight in 32 bits",
          "");
    }
    return has ? Optional.of(parameter.tensor(CommonTraining.MASTER)) : Optional.empty();
  }

  private Obj written(Obj stated) {
    Obj group = CommonOptimizer.written(stated);
    if (isOfPytorch(group)) {
      group.fields().remove(STEP);
    }
    return group;
  }

  private List<Obj> groups(boolean experts) {
    var groups = CommonOptimizer.groups(training, experts, this::has);
    if (groups.isEmpty()) {
      throw CommonOptimizer.refused(model, "its parameter groups are missing", "");
    }
    return groups;
  }

  /** Every model has norms, which Megatron-LM does not decay; experts have none. */
  private boolean has(ParameterGroup group) {
    return !group.expert() || group.decay() || model.groups().contains(group);
  }
}
