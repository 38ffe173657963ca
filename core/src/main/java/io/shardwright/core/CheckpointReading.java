package io.shardwright.core;

import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.ReplicaCheck;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads all values of a checkpoint once and says what was found. */
final class CheckpointReading {
  private final OpenCheckpoint checkpoint;
  private final boolean sums;
  private final boolean values;
  private final PhaseProgress progress;
  private final TensorBlocks blocks = new TensorBlocks();
  private long bytesRead;

  CheckpointReading(
      OpenCheckpoint checkpoint, boolean sums, boolean values, ProgressListener listener) {
    this.checkpoint = checkpoint;
    this.sums = sums;
    this.values = values;
    long total = checkpoint.tensors().stream().mapToLong(t -> t.spec().byteSize()).sum();
    progress = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, total);
  }

  Verification read() {
    var summary = checkpoint.summary();
    refuseUnread(checkpoint.source());
    var found = new ArrayList<Verification.TensorSum>();
    for (RankFile file : checkpoint.rankFiles()) {
      for (SourceTensor tensor : file.tensors().values()) {
        found.add(read(file.member(), tensor));
      }
    }
    checkpoint.source().requireIntact();
    checkpoint
        .model()
        .ifPresent(
            model ->
                ReplicaCheck.require(
                    Planner.plan(
                        model,
                        model.size(),
                        OptionalLong.empty(),
                        rank -> NemoCheckpoint.member(rank, model.size()))));
    checkpoint.source().requireUnchanged();
    return new Verification(summary, bytesRead, List.copyOf(found), summary.notes());
  }

  private static void refuseUnread(NemoCheckpoint source) {
    if (source.distributed()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "keeps its weights in a model_weights/ folder (a zarr distributed checkpoint),"
              + " expected rank files");
    }
    if (!source.dangerous().isEmpty()) {
      throw new UnsafeCheckpointException(
          ErrorCode.PICKLE_FORBIDDEN,
          source.name(),
          "its pickle calls "
              + String.join(", ", source.dangerous())
              + ", which runs code when Python loads it; see inspect --pickle");
    }
  }

  private Verification.TensorSum read(String member, SourceTensor tensor) {
    var measure = new TensorMeasure(tensor.spec().dtype(), sums, values);
    blocks.read(
        tensor,
        block -> {
          bytesRead += block.remaining();
          progress.advance(block.remaining());
          measure.add(block);
        });
    return new Verification.TensorSum(
        member, tensor.spec(), measure.sha256(), measure.nan(), measure.infinite());
  }
}
