package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The format of training checkpoints of PyTorch Lightning: a file, or a folder of steps. */
public final class LightningFormat implements CheckpointFormat, TargetKind {
  /** The format's name. */
  public static final String ID = "lightning";

  private final AdapterRegistry registry;

  /** The format, whose parameters the families of a registry tell. */
  public LightningFormat(AdapterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public boolean recognizes(Place place) {
    return LightningCheckpoint.recognizes(place.path())
        && (place.isFolder() || place.isFile(FileKind.TORCH));
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    var given = opening.options();
    var options =
        new LightningOptions(
            given.checkpointName(),
            given.step(),
            given.hparamsFile(),
            opening.state() && given.optimizer());
    return LightningCheckpoint.open(place.path(), options, opening.registry(), opening.guard());
  }

  @Override
  public Optional<TargetKind> target() {
    return Optional.of(this);
  }

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.GRID, Keeps.CONFIG, Keeps.OPTIMIZER);
  }

  @Override
  public OwnMasters ownMasters(ReshardRequest request, ModelSource source) {
    return source instanceof LightningCheckpoint ? OwnMasters.AS_FOUND : OwnMasters.LEFT_OUT;
  }

  /** NeMo has a dict for each chunk, by its older names. */
  @Override
  public boolean interleaves(Naming naming) {
    return naming == Naming.LEGACY;
  }

  /** A training can be made of a training alone. */
  @Override
  public void require(ModelSource source) {
    if (!(source instanceof LightningCheckpoint) && source.training().isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "is not a checkpoint of a training with its optimizer, which alone can become one: choose"
              + " another format");
    }
  }

  @Override
  public boolean copies(ReshardRequest request, ModelSource source) {
    return source instanceof LightningCheckpoint && request.training().optimizer();
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    String step = LightningTarget.step(source);
    String file = Steps.file(step);
    return TargetNames.ofRanks(
        rank -> LightningTarget.member(file, NemoCheckpoint.folder(rank, grid)), step + "/");
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    return new LightningTarget(source, plan, request.training().optimizer(), registry);
  }
}
