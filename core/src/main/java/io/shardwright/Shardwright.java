package io.shardwright;

import io.shardwright.core.AdapterDescription;
import io.shardwright.core.Cancellation;
import io.shardwright.core.Checkpoint;
import io.shardwright.core.Comparison;
import io.shardwright.core.ExtractOptions;
import io.shardwright.core.FamilyReport;
import io.shardwright.core.Manifest;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.RestoredModel;
import io.shardwright.core.RunOptions;
import io.shardwright.core.Verification;
import io.shardwright.core.internal.compare.CheckpointComparison;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.job.ReshardJob;
import io.shardwright.core.internal.open.Formats;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.read.CheckpointReading;
import io.shardwright.core.internal.read.Extraction;
import io.shardwright.core.internal.read.ModelReading;
import io.shardwright.core.internal.read.OpenModel;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.core.internal.registry.FoundFormat;
import io.shardwright.core.internal.validate.FamilyValidation;
import io.shardwright.core.policy.ReadPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The entrance. Holds the adapters that were found and nothing else; safe for use by several
 * threads.
 *
 * <pre>{@code
 * var shardwright = Shardwright.create();
 * var request = ReshardRequest.builder(Path.of("model.nemo"), Path.of("model-tp4.nemo"))
 *     .tensorModelParallelSize(4)
 *     .build();
 * ReshardPlan plan = shardwright.plan(request);
 * Report report = shardwright.run(plan, ProgressListener.SILENT);
 * }</pre>
 */
public final class Shardwright {
  private final AdapterRegistry registry;
  private final ReadPolicy policy;
  private final List<Path> given;
  private final List<Path> natives;

  Shardwright(AdapterRegistry registry, ReadPolicy policy, List<Path> given, List<Path> natives) {
    this.registry = registry;
    this.policy = policy;
    this.given = given;
    this.natives = natives;
  }

  /** {@return one that is ready to use, with the adapters on this class's own class path} */
  public static Shardwright create() {
    return builder().build();
  }

  /**
   * With adapters from elsewhere too.
   *
   * @return a builder
   */
  public static ShardwrightBuilder builder() {
    return new ShardwrightBuilder();
  }

  private Sources sources() {
    return new Sources(registry, policy, given);
  }

  /**
   * The adapters that were found.
   *
   * @return by class path order
   */
  public List<AdapterDescription> adapters() {
    return registry.adapters().stream().map(FoundAdapter::description).toList();
  }

  /**
   * The providers that could not be loaded.
   *
   * @return a sentence each
   */
  public List<String> adapterFailures() {
    return registry.failures();
  }

  /**
   * The formats that can be read: the engine's own, and those of adapters.
   *
   * @return their names
   */
  public List<String> formats() {
    var found = registry.formats().stream().map(FoundFormat::id);
    return Stream.concat(Formats.own().stream(), found).toList();
  }

  /**
   * Holds a family that a file declares against a checkpoint. A file that has nothing but {@code
   * family: ID} gets all rows drafted.
   *
   * @param file the family, in YAML
   * @param path an archive or a folder
   * @return what does not fit, and rows for what the file lacks
   * @throws io.shardwright.spi.error.CheckpointException if either can't be read
   */
  public FamilyReport validateFamily(Path file, Path path) {
    return FamilyValidation.of(file, path, sources());
  }

  /**
   * Opens a checkpoint and reads its headers.
   *
   * @param path an archive or a folder
   * @return to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read
   */
  public Checkpoint open(Path path) {
    return OpenCheckpoint.open(path, sources());
  }

  /**
   * Restores a model: what NeMo's {@code restore_from()} is to a Python program. Nothing of its
   * tensors is read before it is asked for.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @return to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family on the
   *     class path fits it; the message names the artifact to add where it is one of ours
   */
  public static RestoredModel restoreFrom(Path path) {
    return create().restore(path, RestoreOptions.NONE);
  }

  /**
   * Restores a model with another configuration.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @param options what the configuration is to be
   * @return to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family fits it
   *     and none was waived with {@link RestoreOptions#withStoredNames}
   * @throws IllegalArgumentException if an override's key leads through what is no map
   */
  public static RestoredModel restoreFrom(Path path, RestoreOptions options) {
    return create().restore(path, options);
  }

  /**
   * Restores a model by this instance's adapters.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @param options what the configuration is to be
   * @return to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family fits it
   *     and none was waived with {@link RestoreOptions#withStoredNames}
   * @throws IllegalArgumentException if an override's key leads through what is no map
   */
  public RestoredModel restore(Path path, RestoreOptions options) {
    return OpenModel.open(path, sources(), options);
  }

  /**
   * Plans a change of parallelism without reading a value.
   *
   * @param request what to do
   * @return what a run would do
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if the source can't be read
   */
  public ReshardPlan plan(ReshardRequest request) {
    try (var job = ReshardJob.open(request, sources())) {
      return job.plan();
    }
  }

  /**
   * Runs a plan: the source is opened and planned again, so that a plan can't outlive it. A {@link
   * Cancellation} or an interruption ends it. Whatever fails, the target is absent or complete.
   *
   * @param plan from {@link #plan}
   * @param listener told how far the run is
   * @return what was done
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(ReshardPlan plan, ProgressListener listener) {
    return run(plan.request(), listener);
  }

  /**
   * Plans a request and runs it: the source is opened and planned once. Otherwise as {@link
   * #run(ReshardPlan, ProgressListener)}.
   *
   * @param request what to do
   * @param listener told how far the run is
   * @return what was done
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(ReshardRequest request, ProgressListener listener) {
    try (var job = ReshardJob.open(request, sources())) {
      return job.run(listener, natives);
    }
  }

  /**
   * Plans a request, shows the plan and runs it: the source is opened and planned once.
   *
   * @param request what to do
   * @param planned given the plan before anything is written; what it throws ends the run
   * @param listener told how far the run is
   * @return what was done
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(
      ReshardRequest request, Consumer<ReshardPlan> planned, ProgressListener listener) {
    try (var job = ReshardJob.open(request, sources())) {
      planned.accept(job.plan());
      return job.run(listener, natives);
    }
  }

  /**
   * Reads everything in a checkpoint.
   *
   * @param path an archive or a folder
   * @param details what to find besides damage
   * @param listener told how far the reading is
   * @return what was found
   * @throws io.shardwright.spi.error.CheckpointException if the checkpoint is not whole
   */
  public Verification verify(
      Path path, Set<Verification.Detail> details, ProgressListener listener) {
    try (var checkpoint = OpenCheckpoint.open(path, sources())) {
      return new CheckpointReading(checkpoint, details, listener).read();
    }
  }

  /**
   * Takes a SHA-256 of every tensor of a model.
   *
   * @param path an archive or a folder
   * @param listener told how far the reading is
   * @return logical tensors where a family is known, else stored ones
   * @throws io.shardwright.spi.error.CheckpointException if the checkpoint can't be read
   */
  public Manifest manifest(Path path, ProgressListener listener) {
    try (var checkpoint = OpenCheckpoint.open(path, sources())) {
      return ModelReading.canonical(checkpoint, RunOptions.DEFAULT, listener).manifest();
    }
  }

  /**
   * Compares two checkpoints across formats, layouts and namings.
   *
   * @param first an archive or a folder
   * @param second another
   * @param options on how many threads
   * @param listener told how far the reading is
   * @return in what they differ
   * @throws io.shardwright.spi.error.CheckpointException if one can't be read
   */
  public Comparison diff(Path first, Path second, RunOptions options, ProgressListener listener) {
    try (var one = OpenCheckpoint.open(first, sources());
        var other = OpenCheckpoint.open(second, sources())) {
      return new CheckpointComparison(one, other).run(Resources.workers(options), listener);
    }
  }

  /**
   * Copies files out of a checkpoint.
   *
   * @param path an archive or a folder
   * @param target a new folder
   * @param options what to copy
   * @return the names of the files in the new folder
   * @throws io.shardwright.spi.error.CheckpointException if anything fails; there is no new folder
   *     then
   */
  public List<String> extract(Path path, Path target, ExtractOptions options) {
    return Extraction.run(path, target, options, sources());
  }
}
