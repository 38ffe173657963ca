package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.format.ModelFormat;
import java.util.Optional;

/**
 * A format of whole models that a jar brings.
 *
 * @param plugin the jar
 * @param policy what a path is looked at under
 */
public record PluggedModelFormat(ModelFormat format, Plugin plugin, ReadPolicy policy)
    implements CheckpointFormat {
  /**
   * A format.
   *
   * @param origin the jar that it is from
   */
  public PluggedModelFormat(ModelFormat format, String origin, ReadPolicy policy) {
    this(format, new Plugin(format.id(), origin), policy);
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
    Guard guard = opening.guard();
    var models = new KnownFamilies(opening.registry(), opening.options(), guard);
    return plugin.open(
        place,
        guard,
        files ->
            new PluggedModel(
                plugin, files, format.read(files, models), opening.options().optimizer()));
  }

  @Override
  public Optional<TargetKind> target() {
    return plugin
        .asking("asked how it is written", format::layout)
        .map(layout -> new ShardsKind(layout, plugin));
  }
}
