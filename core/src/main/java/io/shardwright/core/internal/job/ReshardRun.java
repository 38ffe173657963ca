package io.shardwright.core.internal.job;

import io.shardwright.core.Manifest;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.execute.Executor.Conditions;
import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.RunIdentity;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.publish.ComparedFiles;
import io.shardwright.core.internal.publish.PresentTarget;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.internal.publish.Staging;
import io.shardwright.core.internal.read.ManifestFile;
import io.shardwright.core.internal.read.ModelReading;
import io.shardwright.core.internal.read.PhaseProgress;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The run of a plan: executes, verifies and publishes it, and cleans up or keeps the work if that
 * fails.
 */
final class ReshardRun {
  /** After these a later run may go on; the others say that source or disk can't be trusted. */
  private static final Set<ErrorCode> RESUMABLE =
      Set.of(
          ErrorCode.READ_FAILED,
          ErrorCode.WRITE_FAILED,
          ErrorCode.TARGET_DENIED,
          ErrorCode.INTERRUPTED,
          ErrorCode.DISK_FULL,
          ErrorCode.DEVICE_FULL,
          ErrorCode.DEVICE_FAILED,
          ErrorCode.MEMORY_EXHAUSTED,
          ErrorCode.TARGET_EXISTS);

  private final Resolved resolved;
  private final ReshardRequest request;
  private final ExecutablePlan plan;
  private final CheckpointTarget layout;
  private final Conditions conditions;
  private final ProgressListener listener;
  private final List<String> notes = new ArrayList<>();
  private final long started = System.nanoTime();

  /** A run of a plan. */
  ReshardRun(
      Resolved resolved,
      ExecutablePlan plan,
      CheckpointTarget layout,
      Conditions conditions,
      ProgressListener listener) {
    this.resolved = resolved;
    this.request = resolved.request();
    this.plan = plan;
    this.layout = layout;
    this.conditions = conditions;
    this.listener = listener;
  }

  /** Runs; what is to be said of the plan is said of the run too. */
  Report run(List<String> changes, List<String> planNotes) {
    notes.addAll(planNotes);
    boolean present =
        request.run().resume() && !request.overwrite() && Files.exists(request.target());
    return present ? compare(changes) : write(changes);
  }

  private Report write(List<String> changes) {
    var order =
        new Staging.Order(
            request.target(),
            layout.files(),
            RunIdentity.of(plan.steps(), layout, request.run().device().toString()),
            request.overwrite(),
            request.run().resume(),
            request.sync(),
            request.run().mkdirs());
    try (var staging = Staging.create(order)) {
      try {
        return write(staging, changes);
      } catch (CheckpointException | OutOfMemoryError failure) {
        throw outcome(failure, staging);
      }
    }
  }

  private Report write(Staging staging, List<String> changes) {
    if (request.verify()) {
      resolved.source().requireStatedSums();
    }
    Written written = execute(staging.files(), staging.journal());
    end(staging, written);
    Optional<Manifest> manifest = manifest(staging.path());
    requireUnchanged();
    publish(staging, manifest);
    notes.addAll(staging.notes());
    return report(written, written.bytesResumed(), request.verify(), changes, manifest);
  }

  private Written execute(OutputFiles files, Journal journal) {
    var copied = new PhaseProgress(listener, ProgressListener.Phase.COPY, plan.logicalBytes());
    Written written = Executor.run(plan, layout, files, copied, conditions.journaling(journal));
    requireUnchanged();
    return written;
  }

  private void requireUnchanged() {
    resolved.opened().forEach(FileSource::requireUnchanged);
  }

  /** A disk still writes while its files are read; others are whole when they are closed. */
  private void end(Staging staging, Written written) {
    Runnable verification = request.verify() ? () -> verify(staging.path(), written) : () -> {};
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
        request.source().toString(),
        "has other bytes than when it was copied: wait for its writer");
  }

  private CheckpointException unread(CheckpointException failure) {
    return problem(
        ErrorCode.VERIFICATION_FAILED,
        "what was written can't be read back: " + failure.message(Remedy::inText));
  }

  /** Read from what was written; tensors that were only copied, from where they were copied. */
  private Optional<Manifest> manifest(Path written) {
    if (!request.manifest()) {
      return Optional.empty();
    }
    boolean copied = resolved.keeps(Keeps.STORED) && !request.dequantize();
    try (var read = OpenCheckpoint.open(copied ? request.source() : written, resolved.sources())) {
      var reading =
          copied
              ? ModelReading.stored(read, request.run(), listener)
              : ModelReading.canonical(read, request.run(), listener);
      return Optional.of(reading.manifest());
    }
  }

  private void publish(Staging staging, Optional<Manifest> manifest) {
    if (manifest.isEmpty()) {
      staging.publish();
      return;
    }
    try (SideFile file = staging.side(request.manifestPath(), ManifestFile.of(manifest.get()))) {
      staging.publish();
      file.publish(request.overwrite());
    }
  }

  /** The target is there: whether it is what would be written. */
  private Report compare(List<String> changes) {
    try (var present = PresentTarget.open(request.target(), layout.files())) {
      Written written = execute(present.files(), Journal.NONE);
      Optional<Manifest> manifest = manifest(request.target());
      if (manifest.isPresent() && !Files.exists(request.manifestPath())) {
        present.side(request.manifestPath(), ManifestFile.of(manifest.get()), request.sync());
      }
      notes.add("the target was complete: it was compared with the source and left as it is");
      return report(written, layout.size(), true, changes, manifest);
    }
  }

  private CheckpointException outcome(Throwable thrown, Staging staging) {
    CheckpointException failure =
        thrown instanceof CheckpointException known
            ? cause(known)
            : problem(
                ErrorCode.MEMORY_EXHAUSTED,
                "memory ran out: give Java more with -Xmx, or use fewer threads");
    boolean kept = request.run().resume() && RESUMABLE.contains(failure.code()) && staging.keep();
    if (failure instanceof CheckpointIoException problem) {
      if (kept) {
        return problem.followedBy("what is done is kept, and the same command goes on with it");
      } else if (problem.code() == ErrorCode.INTERRUPTED) {
        return problem.followedBy("nothing was left behind");
      }
    }
    return failure;
  }

  /** A source that is being written looks damaged. */
  private CheckpointException cause(CheckpointException failure) {
    if (failure.code() == ErrorCode.INTERRUPTED) {
      return problem(ErrorCode.INTERRUPTED, "interrupted");
    }
    if (failure.code().kind() == ErrorCode.Kind.INPUT) {
      try {
        requireUnchanged();
      } catch (CheckpointException changed) {
        return changed;
      }
    }
    return failure;
  }

  private CheckpointIoException problem(ErrorCode code, String text) {
    return new CheckpointIoException(code, request.target().toString(), text);
  }

  private Report report(
      Written written,
      long resumed,
      boolean verified,
      List<String> changes,
      Optional<Manifest> manifest) {
    var losses = written.losses();
    var dequantized = Dequantization.of(plan);
    notes.addAll(dequantized.notes());
    return new Report(
        request.target(),
        written.bytesRead(),
        layout.size(),
        resumed,
        plan.targets().count(),
        verified,
        losses.overflowed(),
        losses.underflowed(),
        losses.inexact(),
        dequantized.tensors(),
        dequantized.rounded(),
        request.run().device(),
        Duration.ofNanos(System.nanoTime() - started),
        changes,
        manifest,
        List.copyOf(notes));
  }
}
