package io.shardwright.core.internal.job;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.execute.Executor.Conditions;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.publish.ComparedFiles;
import io.shardwright.core.internal.publish.Staging;
import io.shardwright.core.internal.read.PhaseProgress;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import java.nio.file.Path;

/** Compares a staged target, if that is asked for, with what was to be written. */
record ReadBack(
    Resolved resolved,
    ExecutablePlan plan,
    CheckpointTarget layout,
    Conditions conditions,
    ProgressListener listener) {

  /** A disk still writes while its files are read; others are whole when they are closed. */
  void end(Staging staging, Written written) {
    Runnable verification =
        resolved.request().verify() ? () -> verify(staging.path(), written) : () -> {};
    if (staging.files().durable()) {
      conditions.workers().both(verification, staging::seal);
    } else {
      staging.seal();
      verification.run();
    }
  }

  private void verify(Path staged, Written written) {
    boolean twice =
        FileSource.places(resolved.opened()).stream().anyMatch(FileSource::mayHideWrites);
    long total = layout.verifiedBytes() + (twice ? plan.logicalBytes() : 0);
    var verified = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, total);
    try {
      layout.verify(staged, written, verified, conditions.workers());
    } catch (CheckpointException difference) {
      if (difference.code() == ErrorCode.INTERRUPTED) {
        throw difference;
      }
      written.requireSourceIntact();
      throw difference.code() == ErrorCode.VERIFICATION_FAILED ? difference : unread(difference);
    }
    if (twice) {
      readAgain(staged, verified);
    }
  }

  /** Where no time tells that a source was written to meanwhile, its bytes do. */
  private void readAgain(Path staged, Progress verified) {
    try (var files = new ComparedFiles(staged, layout.files(), this::changed, this::unread)) {
      Executor.run(plan, layout, files, verified, conditions);
    }
  }

  private CheckpointException changed() {
    return new CheckpointIoException(
        ErrorCode.SOURCE_CHANGED,
        resolved.request().source().toString(),
        "has other bytes than when it was copied: wait until the other program has finished");
  }

  private CheckpointException unread(CheckpointException failure) {
    return new CheckpointIoException(
        ErrorCode.VERIFICATION_FAILED,
        resolved.request().target().toString(),
        "what was written can't be read back: " + failure.message(Remedy::inText));
  }
}
