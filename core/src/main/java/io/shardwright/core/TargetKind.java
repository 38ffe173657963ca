package io.shardwright.core;

import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.lightning.LightningTarget;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoTarget;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.RankCoordinate;

/** What the target's format decides: the names of its files and how they are laid out. */
record TargetKind(ReshardRequest request, ModelSource source, Adoption adoption) {
  private boolean training() {
    return ReshardJob.format(request) == TargetFormat.LIGHTNING;
  }

  /** The file of a rank in a grid. */
  String member(RankCoordinate rank, ParallelSize size) {
    return training()
        ? LightningTarget.member(
            ((LightningCheckpoint) source).stepName(), NemoCheckpoint.folder(rank, size))
        : NemoCheckpoint.member(rank, size);
  }

  /** The folder of a distributed checkpoint, with a slash. */
  String folder() {
    return training()
        ? ((LightningCheckpoint) source).stepName() + "/"
        : NemoCheckpoint.distributedFolder();
  }

  CheckpointTarget layOut(ExecutablePlan plan) {
    if (training()) {
      return new LightningTarget(
          (LightningCheckpoint) source, plan, request.training().optimizer());
    }
    boolean archive = request.target().toString().endsWith(".nemo");
    return new NemoTarget(source, adoption.attachments(), plan, archive);
  }
}
