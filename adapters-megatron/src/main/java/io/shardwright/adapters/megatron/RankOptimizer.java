package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DenseTensor;
import io.shardwright.spi.format.ParameterGroup;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TensorTree;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The optimizer in a rank's file, which is not distributed (Megatron-LM core_v0.19.2, {@code
 * megatron/core/optimizer/__init__.py}, {@code _get_param_groups}, and {@code optimizer.py}).
 *
 * <pre>
 * optimizer = half | plain | [half*] | [plain*]          several: all but the experts, the experts
 * half      = {optimizer: plain, fp32_from_fp16_params: [[master*] per group], grad_scaler: …?}
 * plain     = {state: {index: {exp_avg, exp_avg_sq, step?}}, param_groups: [{params: [index*], …}*]}
 * </pre>
 *
 * Indexes run through the groups of an optimizer; a group's parameters are in the order in which
 * the models register them, which is their files', chunk by chunk. Weight decay has {@code wd_mult}
 * 1; biases and what has one axis are in a group with 0.
 */
final class RankOptimizer {
  static final String KEY = "optimizer";
  private static final String STATE = "state";
  private static final String STEP = "step";
  static final List<String> KINDS = List.of("exp_avg", "exp_avg_sq");
  private static final Set<DType> HALF = Set.of(DType.FLOAT16, DType.BFLOAT16);
  private static final Pattern EXPERT = Pattern.compile("(?:^|.*\\.)experts\\..*");

  private final String where;
  private final Map<String, ? extends DenseTensor> tensors;
  private final List<Map<String, Map<String, DenseTensor>>> held = new ArrayList<>();
  private final Map<ParameterGroup, List<Parameter>> expected = new LinkedHashMap<>();
  private final Map<ParameterGroup, Obj> groups = new LinkedHashMap<>();
  private final Set<String> steps = new TreeSet<>();
  private final Optional<JsonValue> scaler;

  /** A parameter of a rank's models. */
  private record Parameter(int chunk, String name, DenseTensor tensor) {}

  /** Whether a parameter is one expert's, or those of several. */
  static boolean isExpert(String name) {
    return EXPERT.matcher(name).matches();
  }

  /** Whether weight decay changes a parameter of a rank. */
  static boolean decays(TensorSpec spec) {
    return spec.shape().rank() != 1 && !spec.name().endsWith(".bias");
  }

  /**
   * Reads the optimizer of a rank.
   *
   * @param models of the rank's file, chunk by chunk
   * @throws UnsupportedCheckpointException if it is of another kind, or does not fit the parameters
   */
  RankOptimizer(StoredFiles rank, RankState state, List<TensorTree> models) {
    where = state.where();
    tensors = rank.tensors(RankFolders.FILE, List.of(KEY)).tensors();
    var parts = parts(state.root().get(KEY).orElseThrow());
    boolean apart =
        parts.stream().flatMap(part -> part.groups().stream()).anyMatch(OptimizerPart::isOfExperts);
    for (TensorTree model : models) {
      int chunk = held.size();
      held.add(new LinkedHashMap<>());
      model.tensors().entrySet().stream()
          .filter(own -> !NativeNames.isBuffer(own.getKey()))
          .map(own -> new Parameter(chunk, own.getKey(), own.getValue()))
          .forEach(own -> expect(own, apart));
    }
    scaler = parts.get(0).whole().get(TrainingState.SCALER);
    parts.forEach(this::read);
    expected.forEach((group, left) -> refuse("no group has " + few(left)));
    if (steps.size() > 1) {
      refuse("its parameters made " + String.join(" and ", steps) + " steps");
    }
  }

  private void expect(Parameter own, boolean apart) {
    var group = new ParameterGroup(apart && isExpert(own.name()), decays(own.tensor().spec()));
    expected.computeIfAbsent(group, g -> new ArrayList<>()).add(own);
  }

  private List<OptimizerPart> parts(JsonValue stored) {
    var parts = new ArrayList<OptimizerPart>();
    if (stored instanceof Obj one) {
      parts.add(OptimizerPart.of("", one));
    } else if (stored instanceof Arr list) {
      for (JsonValue item : list.items()) {
        parts.add(
            OptimizerPart.of(parts.size() + ".", item instanceof Obj one ? one : Obj.empty()));
      }
    }
    if (parts.isEmpty() || parts.stream().anyMatch(part -> part.groups().isEmpty())) {
      refuse("expected param_groups");
    }
    return parts;
  }

  private void read(OptimizerPart part) {
    var indexes = new LinkedHashSet<String>();
    var stated = part.groups();
    for (int number = 0; number < stated.size(); number++) {
      Obj group = stated.get(number);
      var own = OptimizerPart.indexes(group);
      List<Parameter> members = members(part, number, own.size());
      groups.putIfAbsent(part.kind(number), group);
      int half = 0;
      for (int at = 0; at < own.size(); at++) {
        Parameter parameter = members.get(at);
        indexes.add(own.get(at));
        moments(part, own.get(at), parameter, group);
        if (!part.inner().equals(part.path()) && HALF.contains(parameter.tensor().spec().dtype())) {
          add(parameter, CommonTraining.MASTER, master(part, number, half++));
        }
      }
    }
    Set<String> states = new LinkedHashSet<>(part.states().fields().keySet());
    states.removeAll(indexes);
    if (!states.isEmpty()) {
      refuse("it has states of parameters that belong to no group: " + String.join(", ", states));
    }
  }

  /** The parameters of a group, as many as it has; where there is one group it has all. */
  private List<Parameter> members(OptimizerPart part, int number, int count) {
    ParameterGroup kind = part.kind(number);
    if (count == 0) {
      return List.of();
    }
    List<Parameter> members = expected.remove(kind);
    var other = new ParameterGroup(kind.expert(), !kind.decay());
    boolean only =
        part.groups().stream().filter(one -> !OptimizerPart.indexes(one).isEmpty()).count() == 1;
    if (only && expected.containsKey(other)) {
      refuse("one group has all parameters, including those without weight decay");
    }
    if (members == null) {
      refuse("two of its groups have the same settings, as with decoupled learning rates");
      throw new IllegalStateException();
    }
    if (members.size() != count) {
      refuse("a group has " + count + " parameters, expected " + few(members));
    }
    return members;
  }

  private static String few(List<Parameter> parameters) {
    return parameters.size()
        + ", '"
        + parameters.get(0).name()
        + "' and parameters with the same weight decay";
  }

  private void moments(OptimizerPart part, String index, Parameter of, Obj group) {
    if (!(part.states().get(index).orElse(null) instanceof Obj state) || state.fields().isEmpty()) {
      refuse("it has no state of '" + of.name() + "'");
      return;
    }
    var others = new LinkedHashSet<>(state.fields().keySet());
    others.removeAll(KINDS);
    others.remove(STEP);
    if (!others.isEmpty() || !state.fields().keySet().containsAll(KINDS)) {
      refuse(
          "it keeps "
              + state.fields().keySet().stream().sorted().collect(Collectors.joining(", "))
              + " of '"
              + of.name()
              + "', expected Adam's exp_avg and exp_avg_sq");
    }
    KINDS.forEach(kind -> add(of, kind, part.inner() + STATE + "." + index + "." + kind));
    state.get(STEP).or(() -> group.get(STEP)).flatMap(OptimizerPart::count).ifPresent(steps::add);
  }

  private String master(OptimizerPart part, int group, int at) {
    return List.of("fp32_from_fp16_params", "fp32_from_fp16").stream()
        .map(key -> part.path() + key + "." + group + "." + at)
        .filter(tensors::containsKey)
        .findFirst()
        .orElse(part.path() + "fp32_from_fp16_params." + group + "." + at);
  }

  private void add(Parameter of, String kind, String path) {
    DenseTensor tensor = tensors.get(path);
    if (tensor == null) {
      refuse("it lacks " + path + ", the " + kind + " of '" + of.name() + "'");
      return;
    }
    var shape = tensor.spec().shape();
    if (!shape.equals(of.tensor().spec().shape())) {
      refuse(
          path
              + " has shape "
              + shape
              + ", expected "
              + of.tensor().spec().shape()
              + " of '"
              + of.name()
              + "'");
    }
    if (tensor.spec().dtype() != DType.FLOAT32) {
      refuse(path + " is " + tensor.spec().dtype().torchName() + ", expected float32");
    }
    held.get(of.chunk()).computeIfAbsent(kind, k -> new LinkedHashMap<>()).put(of.name(), tensor);
  }

  /** What it keeps for the parameters of a chunk: by kind, by the parameter's name. */
  Map<String, Map<String, DenseTensor>> of(int chunk) {
    return held.get(chunk);
  }

  /** Its groups, without their parameters, with the number of steps. */
  Map<ParameterGroup, Obj> groups() {
    var all = new LinkedHashMap<ParameterGroup, Obj>();
    groups.forEach(
        (kind, stated) -> {
          Obj group = stated.copy();
          group.fields().remove("params");
          steps.forEach(step -> group.put(STEP, new Num(step)));
          all.put(kind, group);
        });
    return all;
  }

  /** What scales the loss in fp16. */
  Optional<JsonValue> scaler() {
    return scaler;
  }

  private void refuse(String why) {
    throw new UnsupportedCheckpointException(ErrorCode.UNSUPPORTED, where, why);
  }
}
