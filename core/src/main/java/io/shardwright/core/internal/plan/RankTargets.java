package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Gives every stored tensor its places in the rank files. */
final class RankTargets implements Targets {
  private final TargetChoice choice;
  private final StageAssignment stages;
  private final Function<RankCoordinate, String> members;
  private final Map<RankCoordinate, Map<String, TargetTensor>> files = new LinkedHashMap<>();

  RankTargets(
      ModelDescription model, TargetChoice choice, Function<RankCoordinate, String> members) {
    this.choice = choice;
    this.members = members;
    this.stages = new StageAssignment(new StageLayers(model.layers(), choice.size().pipeline()));
    choice.size().ranks().forEach(rank -> files.put(rank, new LinkedHashMap<>()));
  }

  StageAssignment stages() {
    return stages;
  }

  @Override
  public List<To> add(Emission emission) {
    var to = new ArrayList<To>();
    for (StageAssignment.Home home :
        stages.homes(emission.row(), emission.indexes(), emission.prefix())) {
      for (int rank = 0; rank < choice.size().tensor(); rank++) {
        var at = new RankCoordinate(rank, home.stage());
        TargetTensor tensor = tensor(at, home.name(), emission);
        files.get(at).put(home.name(), tensor);
        views(emission.form(), rank, tensor).forEach(view -> to.add(new To(tensor, view)));
      }
    }
    return to;
  }

  private TargetTensor tensor(RankCoordinate at, String name, Emission emission) {
    var shape = emission.form().shard(choice.size().tensor());
    return new TargetTensor(members.apply(at), new TensorSpec(name, emission.dtype(), shape));
  }

  private List<View> views(StoredForm form, int rank, TargetTensor tensor) {
    var strides = tensor.spec().shape().rowMajorStrides();
    return form.replicated()
        ? form.views(0, 1, 0, strides)
        : form.views(rank, choice.size().tensor(), 0, strides);
  }

  /** The files, given what each stage's state dict holds besides tensors. */
  List<TargetFile> files(Function<Integer, StageState> states) {
    Map<Integer, Contents> stages = new HashMap<>();
    return files.entrySet().stream()
        .map(
            entry -> {
              var rank = entry.getKey();
              var tensors = entry.getValue();
              var contents =
                  stages.computeIfAbsent(
                      rank.pipeline(), stage -> contents(states.apply(stage), tensors.keySet()));
              return new TargetFile(
                  members.apply(rank),
                  rank,
                  contents.names(),
                  tensors,
                  contents.objects(),
                  contents.metadata());
            })
        .toList();
  }

  /** What the files of a stage's ranks have in common. */
  private record Contents(
      List<String> names, Map<String, PickleValue> objects, Optional<PickleValue> metadata) {}

  private static Contents contents(StageState state, Set<String> tensors) {
    var names =
        tensors.stream()
            .filter(name -> !Companions.isCompanion(name))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new Contents(state.names(names), state.objects(), state.metadata(names));
  }
}
