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
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.GridLayout;
import io.shardwright.spi.format.GridLayout.Contents;
import io.shardwright.spi.format.GridLayout.States;
import io.shardwright.spi.format.Keeps;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A distributed checkpoint with documents, as a jar's format lays it out. */
record GridKind(GridLayout layout, PluggedModelFormat format) implements TargetKind {
  /** What a layout may say that it keeps. */
  private static final Set<Keeps> KEPT = Set.of(Keeps.GRID, Keeps.TOKENIZER);

  private Plugin plugin() {
    return format.plugin();
  }

  @Override
  public Set<Keeps> keeps() {
    return plugin().keeps(layout::keeps, Keeps.GRID, KEPT);
  }

  @Override
  public Optional<String> prefix() {
    return Optional.of(plugin().asking("asked for a prefix", layout::prefix));
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
    var wanted = new PlannedGrid(plan, source, attachments, core);
    States states = plugin().asking("asked for states of modules", () -> layout.states(core));
    Contents made = plugin().asking("writing documents", () -> layout.contents(wanted));
    made.means().ifPresent(means -> Meaning.require(plan, means, means.where()));
    var items = new ItemFiles(plan, ItemObject.of(plan, made.objects(), states), options.files());
    var target = new GridTarget(format, plan, made, items, core, source.guard());
    new LayoutCheck(plugin(), source.name(), source.guard()).requireNames(target.names());
    return target;
  }
}
