package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The optimizer state in one file: moments and scalars for each parameter.
 *
 * <pre>
 * plain     = {state: {index: {step, exp_avg, exp_avg_sq}}, param_groups: [{params: [index*], …}*]}
 * wrapped   = {optimizer: plain, fp32_from_fp16_params: [[master*] per group]}
 * </pre>
 *
 * The second is what half-precision training without a distributed optimizer writes (NeMo v1.23.0,
 * {@code nemo/core/optim/optimizer_with_main_params.py}). A distributed optimizer of format 2 is
 * plain, with further keys in {@code state}.
 */
final class OptimizerState {
  static final String MASTERS = "fp32_from_fp16_params";

  private final TrainingFile file;
  private final PickleValue whole;
  private final PickleValue plain;
  private final List<List<String>> groups;
  private final Map<String, PickleValue> fields = new LinkedHashMap<>();

  private OptimizerState(
      TrainingFile file, PickleValue whole, List<String> parameters, ParameterGroups grouping) {
    this.file = file;
    this.whole = whole;
    this.plain = TrainingFile.get(whole, "optimizer").orElse(whole);
    List<PickleValue> stated = groupDicts();
    this.groups = grouping.of(parameters, stated.size());
    for (int group = 0; group < stated.size(); group++) {
      assign(indexes(stated.get(group)), groups.get(group));
    }
    requireWhole();
  }

  /** An optimizer that has made a step has a state for every parameter, and for no other. */
  private void requireWhole() {
    groups.stream()
        .flatMap(List::stream)
        .filter(name -> !fields.isEmpty() && !fields.containsKey(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw refused(
                  file, "it has no state of '" + name + "', but it has states of other parameters");
            });
    long numbered = states().stream().filter(entry -> entry.key() instanceof Int).count();
    if (numbered != fields.size()) {
      throw refused(
          file,
          "it has the states of "
              + numbered
              + " parameters, expected "
              + fields.size()
              + " by its param_groups");
    }
  }

  /**
   * The optimizer of a file.
   *
   * @param parameters names of the state dict in order, without buffers
   * @param grouping where there are two groups, what tells the one of each parameter
   * @return empty where the file has none
   * @throws UnsupportedCheckpointException if it is of a kind that can't be cut
   */
  static Optional<OptimizerState> of(
      TrainingFile file, List<String> parameters, ParameterGroups grouping) {
    PickleValue states = file.get("optimizer_states").orElse(Constant.NONE);
    if (states == Constant.NONE) {
      return Optional.empty();
    }
    if (!(states instanceof Sequence list)) {
      throw refused(file, "optimizer_states is not a list");
    }
    if (list.items().isEmpty()) {
      return Optional.empty();
    }
    if (list.items().size() > 1) {
      throw refused(file, "it has " + list.items().size() + " optimizers, expected one");
    }
    return Optional.of(new OptimizerState(file, list.items().get(0), parameters, grouping));
  }

  private static UnsupportedCheckpointException refused(TrainingFile file, String why) {
    return ParameterGroups.refused(file.member(), why);
  }

  private List<PickleValue> groupDicts() {
    if (TrainingFile.get(plain, "gathered_states").isPresent()) {
      throw refused(file, "the distributed optimizer saved it in shards (gathered_states)");
    }
    if (TrainingFile.get(plain, "param_groups").orElse(null) instanceof Sequence list
        && (list.items().size() == 1 || list.items().size() == 2)) {
      return list.items();
    }
    throw refused(file, "expected param_groups with one or two groups");
  }

  private List<Integer> indexes(PickleValue group) {
    var indexes = new ArrayList<Integer>();
    if (TrainingFile.get(group, "params").orElse(null) instanceof Sequence list) {
      for (PickleValue item : list.items()) {
        if (!(item instanceof Int index) || index.value().bitLength() > 31) {
          throw refused(file, "its parameters have names, as FSDP's do, expected numbers");
        }
        indexes.add(index.value().intValue());
      }
    }
    return indexes;
  }

  private void assign(List<Integer> indexes, List<String> names) {
    if (indexes.size() != names.size()) {
      throw refused(
          file,
          "a group has "
              + indexes.size()
              + " parameters, expected "
              + names.size()
              + " by their rows (noDecay)");
    }
    Map<Integer, PickleValue> byIndex = new LinkedHashMap<>();
    states()
        .forEach(
            entry -> {
              if (entry.key() instanceof Int index && index.value().bitLength() < 32) {
                byIndex.put(index.value().intValue(), entry.value());
              }
            });
    for (int i = 0; i < indexes.size(); i++) {
      PickleValue state = byIndex.get(indexes.get(i));
      if (state != null) {
        fields.put(names.get(i), state);
      }
    }
  }

  private List<Entry> states() {
    PickleValue state = TrainingFile.get(plain, "state").orElse(new Dict());
    if (!(state instanceof Dict) && NestedState.entries(state).isEmpty()) {
      throw refused(file, "its state is not a map");
    }
    return NestedState.entries(state);
  }

  PickleValue whole() {
    return whole;
  }

  PickleValue plain() {
    return plain;
  }

  TrainingFile file() {
    return file;
  }

  /** What the optimizer keeps for a parameter. */
  Optional<PickleValue> fields(String parameter) {
    return Optional.ofNullable(fields.get(parameter));
  }

  int groupCount() {
    return groups.size();
  }

  /**
   * The tensors that are cut as their parameters are, by the companion's name.
   *
   * @param parameters the state dict's tensors
   */
  Map<String, SourceTensor> companions(Map<String, SourceTensor> parameters) {
    var companions = new LinkedHashMap<String, SourceTensor>();
    fields.forEach(
        (name, state) -> {
          for (Entry entry : NestedState.entries(state)) {
            if (entry.key() instanceof Text kind && TorchFile.isTensor(entry.value())) {
              add(companions, kind.value(), name, entry.value(), parameters.get(name));
            }
          }
        });
    Set<String> cut = new HashSet<>();
    companions.forEach(
        (name, tensor) -> {
          if (tensor.spec().shape().elements() > 1) {
            cut.add(Companions.kind(name));
          }
        });
    // A step is a scalar, as a scalar parameter is: no shape of its own tells it from a moment.
    companions.keySet().removeIf(name -> !cut.contains(Companions.kind(name)));
    masters(parameters, companions);
    return companions;
  }

  private void masters(Map<String, SourceTensor> parameters, Map<String, SourceTensor> companions) {
    PickleValue stated = TrainingFile.get(whole, MASTERS).orElse(new Sequence());
    if (!(stated instanceof Sequence list) || list.items().size() > groups.size()) {
      throw refused(file, MASTERS + " is not a list of groups as param_groups has them");
    }
    for (int group = 0; group < list.items().size(); group++) {
      List<String> names = groups.get(group);
      if (!(list.items().get(group) instanceof Sequence masters)
          || masters.items().size() != names.size()) {
        throw refused(file, MASTERS + " does not have a master for each of its parameters");
      }
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        add(companions, Companions.MASTER, name, masters.items().get(i), parameters.get(name));
      }
    }
  }

  private void add(
      Map<String, SourceTensor> companions,
      String kind,
      String parameter,
      PickleValue value,
      SourceTensor of) {
    String name = Companions.name(kind, parameter);
    SourceTensor tensor = file.tensor(name, value);
    if (tensor.spec().shape().equals(of.spec().shape())) {
      companions.put(name, tensor);
    } else if (tensor.spec().shape().elements() > 1) {
      throw refused(
          file,
          "'"
              + kind
              + "' of '"
              + parameter
              + "' has shape "
              + tensor.spec().shape()
              + ", expected "
              + of.spec().shape());
    }
  }

  /** A dict of the wrapped kind. */
  boolean wrapped() {
    return plain != whole && whole instanceof Dict;
  }
}
