package io.shardwright.core.internal.job;

import io.shardwright.core.Manifest;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.execute.Executor.Conditions;
import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.RunIdentity;
import io.shardwright.core.internal.execute.Share;
import io.shardwright.core.internal.execute.Sums;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.publish.PartsFolder;
import io.shardwright.core.internal.publish.PresentTarget;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.internal.publish.Staging;
import io.shardwright.core.internal.read.ManifestFile;
import io.shardwright.core.internal.read.ModelReading;
import io.shardwright.core.internal.read.PhaseProgress;
import io.shardwright.core.internal.save.PartRecord;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The run of a plan: executes, verifies and publishes it, and cleans up or keeps the work if that
 * fails.
 */
final class ReshardRun {
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
    return staged(
        changes,
        request.run().resume(),
        () -> Staging.create(order()),
        staging -> execute(staging.files(), staging.journal()));
  }

  /** Completes what parts wrote; what is to be said of the plan was said by them. */
  Report finish(PartsFolder parts, IntFunction<Sums> records, int count, List<String> changes) {
    return staged(
        changes,
        true,
        () -> Staging.of(order(), parts),
        staging -> {
          var told = IntStream.rangeClosed(1, count).mapToObj(records).toList();
          return Executor.finish(plan, layout, staging.files(), conditions, told);
        });
  }

  private Staging.Order order() {
    return new Staging.Order(
        request.target(),
        layout.files(),
        RunIdentity.of(plan.steps(), layout, request.run().device().toString()),
        request.overwrite(),
        request.run().resume(),
        request.sync(),
        request.run().mkdirs());
  }

  private Report staged(
      List<String> changes,
      boolean resumes,
      Supplier<Staging> place,
      Function<Staging, Written> work) {
    try (var staging = place.get()) {
      try {
        return write(staging, work, changes);
      } catch (CheckpointException | OutOfMemoryError failure) {
        throw new Failing(resolved, resumes).of(failure, staging::keep);
      }
    }
  }

  private Report write(Staging staging, Function<Staging, Written> work, List<String> changes) {
    if (request.verify()) {
      resolved.source().requireStatedSums();
    }
    Written written = work.apply(staging);
    resolved.requireUnchanged();
    new ReadBack(resolved, plan, layout, conditions, listener).end(staging, written);
    Optional<Manifest> manifest = manifest(staging.path());
    resolved.requireUnchanged();
    publish(staging, manifest);
    notes.addAll(staging.notes());
    return report(written, written.bytesResumed(), request.verify(), changes, manifest);
  }

  private Written execute(OutputFiles files, Journal journal) {
    var copied = new PhaseProgress(listener, ProgressListener.Phase.COPY, plan.logicalBytes());
    Written written = Executor.run(plan, layout, files, copied, conditions.journaling(journal));
    resolved.requireUnchanged();
    return written;
  }

  /** Writes a part, if it was not written before. */
  Report part(Part part, PartsFolder parts, PartRecord record, List<String> planNotes) {
    notes.addAll(planNotes);
    if (parts.isDone(part.number())) {
      notes.add("part " + part + " was done before");
    } else {
      try {
        parts.write(
            part.number(), layout.files(), request.sync(), files -> record.of(share(part, files)));
      } catch (CheckpointException | OutOfMemoryError failure) {
        throw new Failing(resolved, true).of(failure, () -> List.of(parts.path()));
      }
    }
    return report(parts.read(part.number(), record::read));
  }

  private Sums share(Part part, OutputFiles files) {
    var share = new Share(part.number(), part.of());
    long bytes = share.bytes(plan.logicalBytes());
    var copied = new PhaseProgress(listener, ProgressListener.Phase.COPY, bytes);
    Sums sums = Executor.share(plan, layout, files, copied, conditions, share);
    resolved.requireUnchanged();
    return sums;
  }

  private Report report(Sums sums) {
    var all = new Written(Map.of(), Map.of(), sums.bytesRead(), 0, sums.losses(), List.of());
    return report(
        all, sums.bytesWritten(), 0, sums.written().size(), false, List.of(), Optional.empty());
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
      notes.add("the target was already complete: it was compared with the source and not changed");
      return report(written, layout.size(), true, changes, manifest);
    }
  }

  private Report report(
      Written written,
      long resumed,
      boolean verified,
      List<String> changes,
      Optional<Manifest> manifest) {
    long tensors = plan.targets().count();
    return report(written, layout.size(), resumed, tensors, verified, changes, manifest);
  }

  private Report report(
      Written written,
      long bytesWritten,
      long resumed,
      long tensors,
      boolean verified,
      List<String> changes,
      Optional<Manifest> manifest) {
    var losses = written.losses();
    var dequantized = Dequantization.of(plan);
    notes.addAll(dequantized.notes());
    return new Report(
        request.target(),
        written.bytesRead(),
        bytesWritten,
        resumed,
        tensors,
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
