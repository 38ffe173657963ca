package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.GridOptions;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Meaning;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.Grid;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.GridLayout.Contents;
import io.shardwright.spi.format.GridLayout.States;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.RankLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A distributed checkpoint with documents, as a jar's format lays it out. */
record GridKind(GridLayout distributed, Optional<RankLayout> ranks, PluggedModelFormat format)
    implements TargetKind {
  /** What a layout may say that it keeps. */
  static final Set<Keeps> KEPT = Set.of(Keeps.GRID, Keeps.TOKENIZER, Keeps.OPTIMIZER);

  /** The form that has masters of other types alone. */
  private static final String WITHOUT = "non_distributed";

  private Plugin plugin() {
    return format.plugin();
  }

  @Override
  public Set<Keeps> keeps() {
    return plugin().keeps(distributed::keeps, Keeps.GRID, KEPT);
  }

  @Override
  public Optional<String> prefix() {
    return Optional.of(plugin().asking("asked for a prefix", distributed::prefix));
  }

  @Override
  public Optional<WeightLayout> weights() {
    return Optional.of(WeightLayout.DISTRIBUTED);
  }

  @Override
  public OwnMasters ownMasters(ReshardRequest request, ModelSource source) {
    return request
        .gridOptions()
        .optimizerKind()
        .map(kind -> kind.equals(WITHOUT) ? OwnMasters.LEFT_OUT : OwnMasters.STORED)
        .orElse(OwnMasters.AS_FOUND);
  }

  @Override
  public Optional<FlatLayout> flat(ReshardRequest request, Map<String, String> settings) {
    GridOptions options = request.gridOptions();
    return options
        .optimizerKind()
        .flatMap(
            kind ->
                plugin()
                    .asking(
                        "asked for flat buffers",
                        () -> distributed.flat(kind, options.dataParallel(), settings)));
  }

  /** Files of ranks where they are asked for, or are there already. */
  @Override
  public TargetKind of(ReshardRequest request, ModelSource source) {
    boolean held =
        source instanceof PluggedModel model
            && model.isOfRanks()
            && model.format().equals(format.id());
    boolean wanted =
        request.layout().map(WeightLayout.RANKS::equals).orElse(held && ranks.isPresent());
    return wanted && ranks.isPresent() ? new RanksKind(ranks.get(), format) : this;
  }

  /** Names within the distributed checkpoint; the files are known when the plan is. */
  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    return TargetNames.ofRanks(rank -> "", "");
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    GridOptions options = request.gridOptions();
    CoreVersion core = options.core().orElse(CoreVersion.NEWEST);
    var wanted = new PlannedGrid(plan, source, attachments, core, options);
    States states = plugin().asking("asked for states of modules", () -> distributed.states(core));
    Contents made = plugin().asking("writing documents", () -> distributed.contents(wanted));
    made.means().ifPresent(means -> Meaning.require(plan, means, means.where()));
    var items = new ItemFiles(plan, ItemObject.of(plan, made.objects(), states), options.files());
    var target = new GridTarget(format, plan, made, items, core, source.guard());
    new LayoutCheck(plugin(), source.name(), source.guard()).requireNames(target.names());
    return target;
  }
}
