package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.ModuleState.Value;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Gives every stored tensor its places in the rank files. */
final class RankPlacement implements Placement {
  private final ModelDescription model;
  private final TargetChoice choice;
  private final StateCopies states = new StateCopies();
  private final StageAssignment stages;
  private final Function<RankCoordinate, String> members;
  private final Map<Integer, List<RankCoordinate>> byStage;
  private final Map<RankCoordinate, Map<String, TargetTensor>> files = new LinkedHashMap<>();

  /** The tensors of all layers have one form. */
  private final Map<StoredForm, Shards> shards = new IdentityHashMap<>();

  private record Shards(Shape shape, List<List<View>> views) {}

  RankPlacement(
      ModelDescription model,
      TargetChoice choice,
      StageAssignment stages,
      Function<RankCoordinate, String> members) {
    this.model = model;
    this.choice = choice;
    this.members = members;
    this.stages = stages;
    this.byStage =
        choice.grid().ranks().stream().collect(Collectors.groupingBy(RankCoordinate::pipeline));
    choice.grid().ranks().forEach(rank -> files.put(rank, new LinkedHashMap<>()));
  }

  StageAssignment stages() {
    return stages;
  }

  @Override
  public List<To> add(Emission emission) {
    var to = new ArrayList<To>();
    Shards shards = this.shards.computeIfAbsent(emission.form(), form -> shards(emission));
    var local = stages.experts().local(emission.row(), emission.indexes());
    boolean stacked = ExpertBlocks.stacked(emission.row());
    int ranks = shards.views().size();
    for (var home : stages.homes(emission.row(), emission.indexes(), emission.prefix())) {
      for (RankCoordinate at : byStage.get(home.stage())) {
        if (home.is(at)) {
          TargetTensor tensor = tensor(at, home.name(), emission, shards.shape());
          int rank = at.tensor() % ranks;
          var views = stacked ? emission.views(rank, ranks, local) : shards.views().get(rank);
          views.forEach(view -> to.add(new To(tensor, view)));
        }
      }
    }
    return to;
  }

  private Shards shards(Emission emission) {
    int ranks = emission.form().replicated() ? 1 : choice.grid().over(emission.row());
    var views =
        IntStream.range(0, ranks)
            .mapToObj(rank -> emission.views(rank, ranks, emission.indexes()))
            .toList();
    return new Shards(emission.shard(ranks, stages.experts().each(emission.row())), views);
  }

  /** A tensor of the rank's file; of several experts that which the first made. */
  private TargetTensor tensor(RankCoordinate at, String name, Emission emission, Shape shape) {
    TargetTensor present = files.get(at).get(name);
    if (present != null && ExpertBlocks.stacked(emission.row())) {
      return present;
    }
    var tensor = new TargetTensor(members.apply(at), new TensorSpec(name, emission.dtype(), shape));
    files.get(at).put(name, tensor);
    return tensor;
  }

  /** The files, given what each rank's modules keep. */
  List<TargetFile> files(StageStates states) {
    Map<RankCoordinate, Common> common = new HashMap<>();
    return files.keySet().stream()
        .map(
            rank -> {
              var from = new RankCoordinate(source(rank.tensor()), rank.pipeline(), rank.expert());
              return file(rank, common.computeIfAbsent(from, at -> common(rank, at, states)));
            })
        .toList();
  }

  /** The rank of the source that a rank has its states from: its own, or the first. */
  private int source(int tensor) {
    return model.grid().tensor() == choice.grid().tensor() ? tensor : 0;
  }

  private TargetFile file(RankCoordinate rank, Common common) {
    String member = members.apply(rank);
    var tensors = files.get(rank);
    common.stored().forEach((name, state) -> tensors.put(name, states.add(member, name, state)));
    return new TargetFile(
        member, rank, common.names(), tensors, common.values(), common.metadata());
  }

  /** What moves the states that are tensors; complete when the files are. */
  List<PlanStep> stateSteps() {
    return states.steps();
  }

  /** What the files of a stage's ranks have in common. */
  private record Common(
      List<String> names,
      Map<String, PickleValue> values,
      Map<String, Stored> stored,
      Optional<PickleValue> metadata) {}

  private Common common(RankCoordinate rank, RankCoordinate from, StageStates states) {
    StageStates.StageState state = states.of(from);
    var parameters =
        files.get(rank).keySet().stream()
            .filter(name -> !Companions.isCompanion(name))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    var values = new LinkedHashMap<String, PickleValue>();
    var stored = new LinkedHashMap<String, Stored>();
    state
        .contents()
        .forEach(
            (name, content) -> {
              if (content instanceof Stored tensor) {
                stored.put(name, tensor);
              } else {
                values.put(name, ((Value) content).value());
              }
            });
    return new Common(state.names(parameters), values, stored, state.metadata(parameters));
  }
}
