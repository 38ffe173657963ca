package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.RankLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A format of whole models that a jar brings.
 *
 * @param plugin the jar
 * @param registry the families that a model may be of
 * @param policy what a path is looked at under
 */
public record PluggedModelFormat(
    ModelFormat format, Plugin plugin, AdapterRegistry registry, ReadPolicy policy)
    implements CheckpointFormat {
  /**
   * A format.
   *
   * @param origin the jar that it is from
   */
  public PluggedModelFormat(
      ModelFormat format, String origin, AdapterRegistry registry, ReadPolicy policy) {
    this(format, new Plugin(format.id(), origin), registry, policy);
  }

  @Override
  public String id() {
    return format.id();
  }

  @Override
  public boolean recognizes(Place place) {
    return plugin.recognizes(place, policy, format::recognizes);
  }

  @Override
  public boolean isAdapter() {
    return plugin.asking("asked whether it is an adapter's", format::isAdapter);
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    return open(place, opening.options(), opening.state(), opening.guard());
  }

  private PluggedModel open(Place place, TrainingOptions options, boolean kept, Guard guard) {
    var models = new KnownFamilies(registry, options, guard);
    return plugin.open(
        place,
        guard,
        files ->
            new PluggedModel(plugin, files, format.read(files, models), options.optimizer(), kept));
  }

  /** Opens what was written, as anyone else would. */
  PluggedModel reopen(Path path, Guard guard) {
    var place = new Place(path);
    try (var files = new OpenFiles(place, guard)) {
      if (!plugin.recognizes(files, format::recognizes)) {
        throw plugin.broken("does not recognize its own files");
      }
    }
    return open(place, TrainingOptions.NEWEST, true, guard);
  }

  @Override
  public Optional<TargetKind> target() {
    return plugin
        .asking("asked how it is written", format::layout)
        .<TargetKind>map(layout -> new ShardsKind(layout, this))
        .or(this::onGrid);
  }

  private Optional<TargetKind> onGrid() {
    Optional<RankLayout> ranks = plugin.asking("asked how ranks are written", format::rankLayout);
    return plugin
        .asking("asked how it is written on a grid", format::gridLayout)
        .<TargetKind>map(layout -> new GridKind(layout, ranks, this))
        .or(() -> ranks.map(layout -> new RanksKind(layout, this)));
  }
}
