package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Meaning;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.RankLayout;
import io.shardwright.spi.format.RankLayout.Contents;
import io.shardwright.spi.format.RankParameter;
import io.shardwright.spi.format.WantedGrid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Files of ranks, as a jar's format lays them out. */
record RanksKind(RankLayout layouts, PluggedModelFormat format) implements TargetKind {
  private Plugin plugin() {
    return format.plugin();
  }

  @Override
  public Set<Keeps> keeps() {
    return plugin().keeps(layouts::keeps, Keeps.GRID, GridKind.KEPT);
  }

  @Override
  public Optional<String> prefix() {
    return Optional.of("");
  }

  @Override
  public OwnMasters ownMasters(ReshardRequest request, ModelSource source) {
    return OwnMasters.LEFT_OUT;
  }

  @Override
  public Optional<WeightLayout> weights() {
    return Optional.of(WeightLayout.RANKS);
  }

  /** Asked for every tensor of a plan. */
  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    Map<RankCoordinate, String> files = new HashMap<>();
    return TargetNames.ofRanks(rank -> files.computeIfAbsent(rank, at -> file(at, grid)), "");
  }

  private String file(RankCoordinate rank, Grid grid) {
    return plugin().asking("asked for a rank's file", () -> layouts.file(rank, grid));
  }

  /** The key of a model in a rank's file. */
  String key(int chunk, int chunks) {
    return plugin().asking("asked for a model's key", () -> layouts.key(chunk, chunks));
  }

  /** What stands behind the models of a rank's file. */
  Map<String, JsonValue> state(WantedGrid model, List<RankParameter> parameters) {
    return plugin().asking("asked for an optimizer", () -> layouts.state(model, parameters));
  }

  /** The names of further states. */
  List<String> others(String state) {
    return plugin().asking("asked for states of modules", () -> layouts.others(state));
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    var wanted =
        new PlannedGrid(plan, source, attachments, CoreVersion.NEWEST, request.gridOptions());
    Contents made = plugin().asking("writing documents", () -> layouts.contents(wanted));
    made.means().ifPresent(means -> Meaning.require(plan, means, means.where()));
    var target = new RanksTarget(this, wanted, made, source.guard());
    new LayoutCheck(plugin(), source.name(), source.guard()).requireNames(target.names());
    return target;
  }
}
