package io.shardwright.core.internal.read;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.execute.ReplicaCheck;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads all values of a checkpoint once and reports what was found. */
public final class CheckpointReading {
  private final OpenCheckpoint checkpoint;
  private final Set<Detail> details;
  private final PhaseProgress progress;
  private final TensorBlocks blocks = new TensorBlocks();
  private long bytesRead;

  public CheckpointReading(
      OpenCheckpoint checkpoint, Set<Detail> details, ProgressListener listener) {
    this.checkpoint = checkpoint;
    this.details = details;
    long total = checkpoint.tensors().stream().mapToLong(t -> t.spec().byteSize()).sum();
    progress = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, total);
  }

  public Verification read() {
    var summary = checkpoint.summary();
    checkpoint.source().refuseDangerous();
    checkpoint.requireConsistent();
    var found = new ArrayList<Verification.TensorSum>();
    var files = checkpoint.files();
    for (RankFile file : files.ranks()) {
      for (SourceTensor tensor : file.tensors().values()) {
        var part = SourcePart.whole(file.member(), tensor);
        found.add(read(file.member(), tensor.spec(), List.of(part)));
      }
    }
    for (StoredArray array : files.arrays()) {
      found.add(read(StoredArray.FOLDER, array.spec(), array.parts()));
    }
    for (Stored other : checkpoint.others()) {
      found.add(read(other));
    }
    checkpoint.source().requireIntact();
    var notes = new ArrayList<>(summary.notes(Remedy::inText));
    checkpoint.model().ifPresent(model -> compareReplicas(model, notes));
    checkpoint.source().requireUnchanged();
    return new Verification(summary, bytesRead, List.copyOf(found), notes);
  }

  /** A family whose rules the numbers contradict is none of this checkpoint's. */
  private static void compareReplicas(ModelDescription model, List<String> notes) {
    ExecutablePlan plan;
    try {
      plan =
          Planner.plan(
              model, unchanged(model), List.of(), VocabularySize.UNKNOWN, TargetNames.NONE);
    } catch (PlanRejectedException misfit) {
      notes.add(
          "its family does not fit, so replicas were not compared: "
              + misfit.message(Remedy::inText));
      return;
    }
    ReplicaCheck.require(plan);
  }

  private static TargetChoice unchanged(ModelDescription model) {
    return TargetChoice.of(
            model.grid().virtual(1),
            model.naming(),
            model.files().distributed() ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS)
        .split(model.stages().pipeline().split());
  }

  private Verification.TensorSum read(Stored tensor) {
    var part = SourcePart.whole(tensor.member(), tensor.tensor());
    return read(tensor.member(), tensor.tensor().spec(), List.of(part));
  }

  private Verification.TensorSum read(String member, TensorSpec spec, List<SourcePart> parts) {
    var measure =
        new TensorMeasure(
            spec.dtype(), details.contains(Detail.SUMS), details.contains(Detail.VALUES));
    blocks.read(
        spec,
        parts,
        0,
        block -> {
          bytesRead += block.remaining();
          progress.advance(block.remaining());
          measure.add(block);
        });
    return new Verification.TensorSum(
        member, spec, measure.sha256(), measure.nan(), measure.infinite());
  }
}
