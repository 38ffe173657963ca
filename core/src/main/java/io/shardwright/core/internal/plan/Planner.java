package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.LogicalTensor.Shard;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.ShardCut;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.From;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Plans a change of tensor parallelism. */
public final class Planner {
  private final ModelDescription model;
  private final ParallelSize wanted;
  private final Function<RankCoordinate, String> members;

  private Planner(
      ModelDescription model, ParallelSize wanted, Function<RankCoordinate, String> members) {
    this.model = model;
    this.wanted = wanted;
    this.members = members;
  }

  /**
   * Plans, or refuses with all reasons.
   *
   * @param members names the target's file of a rank
   * @throws io.shardwright.spi.error.PlanRejectedException if the model can't be cut so
   */
  public static ExecutablePlan plan(
      ModelDescription model, ParallelSize wanted, Function<RankCoordinate, String> members) {
    new Feasibility(model).require(wanted);
    var plan = new Planner(model, wanted, members).plan();
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
    RankFile first = model.ranks().get(rank.pipeline() * model.size().tensor());
    String member = members.apply(rank);
    var tensors = new LinkedHashMap<String, TargetTensor>();
    for (LogicalTensor tensor : model.tensors()) {
      if (tensor.shards().get(0).file() == first) {
        var shard = ShardCut.of(tensor.rule(), wanted.tensor()).shard(tensor.spec().shape());
        var spec = new TensorSpec(tensor.spec().name(), tensor.spec().dtype(), shard);
        tensors.put(spec.name(), new TargetTensor(member, spec));
      }
    }
    return new TargetFile(member, rank, first.names(), tensors, first.objects(), first.metadata());
  }

  private Copy copy(LogicalTensor tensor, Map<RankCoordinate, TargetFile> files) {
    var cut = ShardCut.of(tensor.rule(), model.size().tensor());
    var views = new ArrayList<From>();
    for (Shard shard : tensor.shards()) {
      var found = shard.tensor();
      int rank = shard.file().rank().tensor();
      cut.views(tensor.spec().shape(), rank, found.start(), found.strides())
          .forEach(view -> views.add(new From(shard.file().member(), found, view)));
    }
    int needed = cut.replicated() ? 1 : views.size();
    boolean compare = !LogicalTensor.isExtraState(tensor.spec().name());
    List<From> replicas = compare ? views.subList(needed, views.size()) : List.of();
    return new Copy(tensor.spec(), views.subList(0, needed), replicas, targets(tensor, files));
  }

  private List<To> targets(LogicalTensor tensor, Map<RankCoordinate, TargetFile> files) {
    int stage = tensor.shards().get(0).file().rank().pipeline();
    var cut = ShardCut.of(tensor.rule(), wanted.tensor());
    var views = new ArrayList<To>();
    for (int rank = 0; rank < wanted.tensor(); rank++) {
      var target = files.get(new RankCoordinate(rank, stage)).tensors().get(tensor.spec().name());
      cut.views(tensor.spec().shape(), rank, 0, target.spec().shape().rowMajorStrides())
          .forEach(view -> views.add(new To(target, view)));
    }
    return views;
  }
}
