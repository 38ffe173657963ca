package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ParameterGroup;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An optimizer as Megatron-Core's common state and its keys have it (core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py} and {@code optimizer.py}).
 *
 * @param model what is written
 * @param training what its optimizer has besides tensors
 * @param kind the form
 */
record CommonOptimizer(WantedGrid model, TrainingState training, String kind) {
  /** Whole tensors of each parameter, which a distributed optimizer cuts again. */
  static final String FULLY_RESHARDABLE = "fully_reshardable";

  private static final List<String> KINDS =
      List.of(FULLY_RESHARDABLE, BucketLayout.KIND, CommonTraining.NON_DISTRIBUTED);

  private static final String MASTERS = "optimizer.state." + CommonTraining.MASTER + ".";

  private static final String OTHER = "choose another " + Setting.OPTIMIZER_KIND.inText() + ", or ";

  /** The first Megatron-Core that has the form. */
  private static final int FIRST_FULLY = 15;

  /**
   * The optimizer that goes along.
   *
   * @return empty where none does
   * @throws UnsupportedCheckpointException if it can't have the form that is asked for
   */
  static Optional<CommonOptimizer> of(WantedGrid model) {
    if (model.companions().isEmpty()) {
      return Optional.empty();
    }
    TrainingState training =
        model
            .training()
            .filter(state -> !state.groups().isEmpty())
            .orElseThrow(() -> refused(model, "its parameter groups are missing", ""));
    return Optional.of(new CommonOptimizer(model, training, kind(model)));
  }

  private static String kind(WantedGrid model) {
    boolean fully = model.core().since(FIRST_FULLY) && model.hasMasters();
    String kind =
        model.optimizerKind().orElse(fully ? FULLY_RESHARDABLE : CommonTraining.NON_DISTRIBUTED);
    if (!KINDS.contains(kind)) {
      throw refused(
          model, "'" + kind + "' is unknown, expected one of " + String.join(", ", KINDS), OTHER);
    }
    boolean copied =
        model.grid().pipeline() > 1 && model.config().count("mtp_num_layers", 1).isPresent();
    if (kind.equals(BucketLayout.KIND) && copied) {
      throw refused(
          model,
          "the stage of layers that predict ahead (mtp_num_layers) has the embedding again, whose"
              + " place in flat buffers of several stages is not known",
          OTHER);
    }
    if (!kind.equals(CommonTraining.NON_DISTRIBUTED) && !fully) {
      throw refused(
          model,
          model.core().since(FIRST_FULLY)
              ? kind + " has a master weight of every parameter, which are missing"
              : kind + " is not read by Megatron-Core " + model.core(),
          OTHER);
    }
    return kind;
  }

  /**
   * That an optimizer can't be written.
   *
   * @param remedy besides leaving it out
   */
  static UnsupportedCheckpointException refused(WantedGrid model, String why, String remedy) {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        model.source(),
        "its optimizer's state can't be written: "
            + why
            + ": "
            + remedy
            + "leave it out with "
            + Setting.NO_OPTIMIZER.inText());
  }

  private boolean isDistributed() {
    return !kind.equals(CommonTraining.NON_DISTRIBUTED);
  }

  /** A distributed optimizer calls the master weights otherwise. */
  UnaryOperator<String> keys() {
    return isDistributed()
        ? key ->
            key.startsWith(MASTERS)
                ? "optimizer.state.param." + key.substring(MASTERS.length())
                : key
        : UnaryOperator.identity();
  }

  /** Adds it, and what else the training needs, to a common state. */
  void in(Obj common) {
    training.iteration().ifPresent(done -> common.put("iteration", Num.of(done)));
    for (String part : List.of(TrainingState.SCHEDULER, TrainingState.OPERATIONS)) {
      training.parts().get(part).ifPresent(value -> common.put(part, value));
    }
    List<Obj> dense = groups(false);
    List<Obj> experts = model.grid().expert() > 1 ? groups(true) : List.of();
    settle(common);
    if (isFlat()) {
      Obj flat = Obj.empty().put(CommonTraining.KIND, new Str(kind));
      boolean chained = new BucketObjects(model.flat()).chained();
      common.put(
          CommonTraining.OPTIMIZER, chained ? PythonValues.numbered(List.of(flat, flat)) : flat);
    } else {
      common.put(
          CommonTraining.OPTIMIZER,
          experts.isEmpty()
              ? one(dense)
              : PythonValues.numbered(List.of(one(dense), one(experts))));
    }
    if (isDistributed()) {
      common.putAt("content_metadata.distrib_optim_sharding_type", new Str(kind));
    }
  }

  /** The arguments say how parameters are registered, and what buffers were laid out for. */
  private void settle(Obj common) {
    var layout = new BucketLayout(model.dataParallel().orElse(1), model.settings());
    boolean known = model.settings().containsKey(FlatBuffers.SPECIFICATION);
    if (common.get("args").isEmpty() || !known && !isFlat()) {
      return;
    }
    boolean grouped = "true".equalsIgnoreCase(layout.order().get(FlatBuffers.GROUPED));
    common.putAt(
        "args." + FlatBuffers.SPECIFICATION,
        new Str(layout.order().get(FlatBuffers.SPECIFICATION)));
    common.putAt("args." + FlatBuffers.GROUPED, new Bool(grouped));
    if (isFlat()) {
      OptionalLong size = BucketSize.of(model.settings(), layout.ranks());
      common.putAt("args." + BucketSize.OVERLAP, new Bool(size.isPresent()));
      size.ifPresent(n -> common.putAt("args." + BucketSize.SIZE, Num.of(n)));
      common.putAt("args.use_distributed_optimizer", new Bool(true));
    }
  }

  private boolean isFlat() {
    return kind.equals(BucketLayout.KIND);
  }

  /** What lies beside flat buffers; none where each parameter has tensors of its own. */
  Map<String, JsonValue> objects() {
    var objects = new BucketObjects(model.flat());
    return isFlat()
        ? objects.of(
            BucketObjects.Ranks.of(model.dataParallel().orElse(1), model.grid()),
            besides(groups(false)),
            objects.chained() ? besides(groups(true)) : Obj.empty())
        : Map.of();
  }

  /** What a training must be started with to find the same buffers. */
  List<String> notes() {
    if (!isFlat()) {
      return List.of(RankStates.RESUME);
    }
    long ranks = model.dataParallel().orElse(1);
    OptionalLong size = BucketSize.of(model.settings(), ranks);
    return List.of(
        RankStates.RESUME,
        "the optimizer's flat buffers are for DP "
            + ranks
            + ", layers of '"
            + new BucketLayout(ranks, model.settings()).order().get(FlatBuffers.SPECIFICATION)
            + "' and "
            + (size.isPresent()
                ? "buckets of "
                    + size.getAsLong()
                    + " elements: "
                    + BucketSize.OVERLAP
                    + ", "
                    + BucketSize.SIZE
                    + " "
                    + size.getAsLong()
                : "one bucket each: no " + BucketSize.OVERLAP));
  }

  private Obj besides(List<Obj> groups) {
    Obj own = one(groups);
    own.fields().remove(CommonTraining.KIND);
    return own;
  }

  private Obj one(List<Obj> groups) {
    var own = Obj.empty();
    if (!isDistributed()) {
      Obj state = Obj.empty();
      training.step().ifPresent(step -> state.put("common_step", Num.of(step)));
      own.put("state", state);
    }
    own.put("param_groups", new Arr(List.copyOf(groups)));
    boolean bare = !isDistributed() && model.dtype() == DType.FLOAT32;
    Obj whole = bare ? own : Obj.empty().put("optimizer", own);
    Optional<JsonValue> scaler = training.parts().get(TrainingState.SCALER);
    scaler.ifPresent(value -> whole.put(TrainingState.SCALER, value));
    if (isDistributed()) {
      whole.put(CommonTraining.KIND, new Str(kind));
    }
    return whole;
  }

  /**
   * The groups of dense parameters, or of experts that are shared out over ranks: an optimizer of
   * their own has these then. Each that the model has parameters for is there.
   */
  private List<Obj> groups(boolean experts) {
    return groups(training, experts, model.groups()::contains).stream()
        .map(CommonOptimizer::written)
        .toList();
  }

  /**
   * The groups of one of the optimizers.
   *
   * @param experts whether it has those that ranks share out
   * @param has whether the model has parameters of a kind
   */
  static List<Obj> groups(TrainingState training, boolean experts, Predicate<ParameterGroup> has) {
    var own =
        training.groups().stream()
            .filter(group -> OptimizerPart.isOfExperts(group) == experts)
            .toList();
    var all = new ArrayList<>(own);
    for (boolean decay : new boolean[] {true, false}) {
      boolean lacks = own.stream().noneMatch(group -> decays(group) == decay);
      if (lacks && has.test(new ParameterGroup(experts, decay)) && !training.groups().isEmpty()) {
        all.add(like(own.isEmpty() ? training.groups() : own, decay));
      }
    }
    return all.stream()
        .map(group -> group.copy().put(OptimizerPart.EXPERT, new Bool(experts)))
        .toList();
  }

  /** A group of the other decay differs in that alone. */
  private static Obj like(List<Obj> groups, boolean decay) {
    Optional<Obj> same = groups.stream().filter(group -> decays(group) == decay).findFirst();
    if (same.isPresent()) {
      return same.get();
    }
    Obj other = groups.get(0).copy().put(OptimizerPart.DECAY, new Num(decay ? "1.0" : "0.0"));
    return decay ? other : other.put("weight_decay", new Num("0.0"));
  }

  static boolean decays(Obj group) {
    return !OptimizerPart.isZero(group.get(OptimizerPart.DECAY));
  }

  /** A group as PyTorch has it. */
  static Obj written(Obj stored) {
    Obj group = stored.copy();
    if (group.get("betas").orElse(null) instanceof Arr betas) {
      group.put("betas", PythonValues.tuple(betas));
    }
    return group;
  }
}
