package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.TensorFormat;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A format of tensors alone that a jar brings.
 *
 * @param plugin the jar
 * @param policy what a path is looked at under
 */
public record PluggedFormat(TensorFormat format, Plugin plugin, ReadPolicy policy)
    implements CheckpointFormat, TargetKind {
  /**
   * A format.
   *
   * @param origin the jar that it is from
   */
  public PluggedFormat(TensorFormat format, String origin, ReadPolicy policy) {
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
  public PluggedCheckpoint open(Place place, Opening opening) {
    return open(place, opening.guard());
  }

  private PluggedCheckpoint open(Place place, Guard guard) {
    return plugin.open(
        place, guard, files -> PluggedCheckpoint.of(id(), files, format.read(files)));
  }

  /** Opens what was written, as anyone else would. */
  PluggedCheckpoint reopen(Path path, Guard guard) {
    var place = new Place(path);
    try (var files = new OpenFiles(place, guard)) {
      if (!plugin.recognizes(files, format::recognizes)) {
        throw plugin.broken("does not recognize its own files");
      }
    }
    return open(place, guard);
  }

  /** Its files are none that other formats know. */
  @Override
  public boolean holdsTensorFiles(Place place) {
    return false;
  }

  @Override
  public Optional<TargetKind> target() {
    return plugin.asking("asked how it is written", format::layout).map(layout -> this);
  }

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.STORED);
  }

  @Override
  public boolean holds(DType dtype) {
    return plugin.asking("asked for " + dtype, () -> format.holds(dtype));
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    return PluggedTarget.of(this, plan, source.guard());
  }
}
