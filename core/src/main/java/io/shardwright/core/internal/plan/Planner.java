package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.LogicalTensor.Shard;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.describe.ShardCut;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.From;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/** Plans a change of tensor and pipeline parallelism. */
public final class Planner {
  private final ModelDescription model;
  private final ParallelSize wanted;
  private final Function<RankCoordinate, String> members;
  private final StageAssignment stages;
  private final Vocabulary vocabulary;

  private Planner(
      ModelDescription model,
      ParallelSize wanted,
      OptionalLong vocabularySize,
      Function<RankCoordinate, String> members) {
    this.model = model;
    this.wanted = wanted;
    this.members = members;
    this.stages = new StageAssignment(new StageLayers(model.layers(), wanted.pipeline()));
    this.vocabulary = new Vocabulary(model.source(), model.config(), vocabularySize);
  }

  /**
   * Plans, or refuses with all reasons.
   *
   * @param vocabularySize the true vocabulary size, where the user says it
   * @param members names the target's file of a rank
   * @throws io.shardwright.spi.error.PlanRejectedException if the model can't be cut so
   */
  public static ExecutablePlan plan(
      ModelDescription model,
      ParallelSize wanted,
      OptionalLong vocabularySize,
      Function<RankCoordinate, String> members) {
    new Feasibility(model).require(wanted);
    var plan = new Planner(model, wanted, vocabularySize, members).plan();
    PlanProof.check(plan);
    return plan;
  }

  private ExecutablePlan plan() {
    var files = wanted.ranks().stream().map(this::file).toList();
    Map<RankCoordinate, TargetFile> byRank = new LinkedHashMap<>();
    files.forEach(file -> byRank.put(file.rank(), file));
    List<PlanStep> steps =
        model.tensors().stream().<PlanStep>map(tensor -> copy(tensor, byRank)).toList();
    var changes = ConfigChanges.of(model.config(), wanted);
    return new ExecutablePlan(model, wanted, changes, files, steps);
  }

  private TargetFile file(RankCoordinate rank) {
    String member = members.apply(rank);
    var tensors = new LinkedHashMap<String, TargetTensor>();
    for (LogicalTensor tensor : model.tensors()) {
      for (StageAssignment.Home home : stages.homes(tensor)) {
        if (home.stage() == rank.pipeline()) {
          var shard = ShardCut.of(tensor.rule(), wanted.tensor()).shard(shape(tensor));
          var spec = new TensorSpec(home.name(), tensor.spec().dtype(), shard);
          tensors.put(spec.name(), new TargetTensor(member, spec));
        }
      }
    }
    var state = new StageState(model, stages, rank.pipeline());
    return new TargetFile(
        member,
        rank,
        state.names(tensors.keySet()),
        tensors,
        state.objects(),
        state.metadata(tensors.keySet()));
  }

  /** The whole tensor as the target counts it: vocabulary rows are padded for its ranks. */
  private Shape shape(LogicalTensor tensor) {
    Shape shape = tensor.spec().shape();
    return tensor.rule().vocabPadded()
        ? shape.with(0, vocabulary.rows(shape.dim(0), model.size().tensor(), wanted.tensor()))
        : shape;
  }

  private Copy copy(LogicalTensor tensor, Map<RankCoordinate, TargetFile> files) {
    Shape target = shape(tensor);
    var cut = ShardCut.of(tensor.rule(), model.size().tensor());
    var views = new ArrayList<From>();
    var leftOut = new ArrayList<From>();
    int needed = 0;
    for (Shard shard : tensor.shards()) {
      var found = shard.tensor();
      String member = shard.file().member();
      int rank = shard.file().rank().tensor();
      for (View view : cut.views(tensor.spec().shape(), rank, found.start(), found.strides())) {
        view.within(target)
            .ifPresentOrElse(
                inside -> views.add(new From(member, found, inside)),
                () -> leftOut.add(new From(member, found, view)));
      }
      boolean more = shard.file().rank().pipeline() == stageOf(tensor) && !cut.replicated();
      needed = more || needed == 0 ? views.size() : needed;
    }
    boolean compare = !LogicalTensor.isExtraState(tensor.spec().name());
    List<From> replicas = compare ? views.subList(needed, views.size()) : List.of();
    var whole = new TensorSpec(tensor.spec().name(), tensor.spec().dtype(), target);
    var padding = padding(tensor.spec().shape(), target);
    var targets = targets(tensor, target, files);
    return new Copy(whole, views.subList(0, needed), replicas, padding, leftOut, targets);
  }

  private static int stageOf(LogicalTensor tensor) {
    return tensor.shards().get(0).file().rank().pipeline();
  }

  private static List<Region> padding(Shape source, Shape target) {
    if (source.rank() == 0 || target.dim(0) <= source.dim(0)) {
      return List.of();
    }
    var offset = new ArrayList<>(Region.whole(target).offset());
    offset.set(0, source.dim(0));
    return List.of(new Region(offset, target.with(0, target.dim(0) - source.dim(0))));
  }

  private List<To> targets(
      LogicalTensor tensor, Shape shape, Map<RankCoordinate, TargetFile> files) {
    var cut = ShardCut.of(tensor.rule(), wanted.tensor());
    var views = new ArrayList<To>();
    for (StageAssignment.Home home : stages.homes(tensor)) {
      for (int rank = 0; rank < wanted.tensor(); rank++) {
        var file = files.get(new RankCoordinate(rank, home.stage()));
        var target = file.tensors().get(home.name());
        cut.views(shape, rank, 0, target.spec().shape().rowMajorStrides())
            .forEach(view -> views.add(new To(target, view)));
      }
    }
    return views;
  }
}
