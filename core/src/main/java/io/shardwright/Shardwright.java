package io.shardwright;

import io.shardwright.core.AdapterDescription;
import io.shardwright.core.Cancellation;
import io.shardwright.core.Checkpoint;
import io.shardwright.core.Comparison;
import io.shardwright.core.ExtractOptions;
import io.shardwright.core.FamilyReport;
import io.shardwright.core.FormatDescription;
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
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.read.CheckpointReading;
import io.shardwright.core.internal.read.Extraction;
import io.shardwright.core.internal.read.ModelReading;
import io.shardwright.core.internal.read.OpenModel;
import io.shardwright.core.internal.registry.FileNames;
import io.shardwright.core.internal.registry.FoundAdapter;
import io.shardwright.core.internal.validate.FamilyValidation;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Opens, restores, converts, reshards, verifies and compares checkpoints. An instance holds the
 * adapters that were found and no other state; it is safe for use by several threads.
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
  final Sources sources;
  private final FileNames names;
  final List<Path> natives;

  Shardwright(Sources sources, FileNames names, List<Path> natives) {
    this.sources = sources;
    this.names = names;
    this.natives = natives;
  }

  /** {@return an instance with the adapters that this class's class loader finds} */
  public static Shardwright create() {
    return builder().build();
  }

  /** {@return a builder with the settings of {@link #create}, for other adapters and limits} */
  public static ShardwrightBuilder builder() {
    return new ShardwrightBuilder();
  }

  /**
   * The path of a file's name, or of an address {@code scheme://…} of a file system in a jar.
   *
   * @param name as a user writes it
   * @return a path for every method that takes one
   * @throws io.shardwright.spi.error.CheckpointException if no file system knows the address
   */
  public Path path(String name) {
    return names.path(name);
  }

  /** {@return the adapters that were found, in the order of the class path} */
  public List<AdapterDescription> adapters() {
    return sources.registry().adapters().stream().map(FoundAdapter::description).toList();
  }

  /** {@return the families of these adapters, each joined with the one that it refines} */
  public List<ModelFamilyAdapter> families() {
    return sources.registry().adapters().stream().map(FoundAdapter::adapter).toList();
  }

  /** {@return one sentence for each service provider that could not be loaded} */
  public List<String> adapterFailures() {
    return sources.registry().failures();
  }

  /** {@return the formats that can be read: the engine's own, then those of adapters} */
  public List<FormatDescription> formats() {
    return sources.formats().descriptions();
  }

  /**
   * Checks a family that a YAML file declares against a checkpoint, and drafts the rows that the
   * file lacks: all of them if it holds nothing but {@code family: ID}.
   *
   * @param file the family, in YAML
   * @param path an archive or a folder
   * @return what does not fit, and the drafted rows
   * @throws io.shardwright.spi.error.CheckpointException if either can't be read
   */
  public FamilyReport validateFamily(Path file, Path path) {
    return FamilyValidation.of(file, path, sources);
  }

  /**
   * Checks a family against one model on two grids, which settle how each tensor is cut.
   *
   * @param file the family, in YAML
   * @param path an archive or a folder
   * @param other the same model with another tensor parallel size
   * @return what does not fit either, and the drafted rows
   */
  public FamilyReport validateFamily(Path file, Path path, Path other) {
    return FamilyValidation.of(file, path, other, sources);
  }

  /**
   * Opens a checkpoint and reads its headers, but no values of tensors.
   *
   * @param path an archive or a folder
   * @return the checkpoint, to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read
   */
  public Checkpoint open(Path path) {
    return OpenCheckpoint.open(path, sources);
  }

  /**
   * Restores a model, as NeMo's {@code restore_from()} does for a Python program. Values of tensors
   * are read when they are asked for.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @return the model, to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family on the
   *     class path fits it; the message names the artifact to add if Shardwright has one
   */
  public static RestoredModel restoreFrom(Path path) {
    return create().restore(path, RestoreOptions.NONE);
  }

  /**
   * Restores a model with a changed configuration.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @param options changes of the configuration, and which tensors to offer
   * @return the model, to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family fits it
   *     and none was waived with {@link RestoreOptions#withStoredNames}
   * @throws IllegalArgumentException if an override's key leads through a value that is not a map
   */
  public static RestoredModel restoreFrom(Path path, RestoreOptions options) {
    return create().restore(path, options);
  }

  /**
   * Restores a model with the adapters of this instance.
   *
   * @param path an archive or a folder, of any format, layout and parallelism
   * @param options changes of the configuration, and which tensors to offer
   * @return the model, to be closed by the caller
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, or no family fits it
   *     and none was waived with {@link RestoreOptions#withStoredNames}
   * @throws IllegalArgumentException if an override's key leads through a value that is not a map
   */
  public RestoredModel restore(Path path, RestoreOptions options) {
    return OpenModel.open(path, sources, options);
  }

  /**
   * Plans a conversion or a change of parallelism without reading values of tensors.
   *
   * @param request the source, the target and the changes
   * @return what a run would do
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if the source can't be read
   */
  public ReshardPlan plan(ReshardRequest request) {
    try (var job = ReshardJob.open(request, sources)) {
      return job.plan();
    }
  }

  /**
   * Runs a plan. The source is opened and planned again, as it may have changed since. A {@link
   * Cancellation} or a thread's interruption ends the run. If anything fails, the target is left as
   * it was before.
   *
   * @param plan a plan from {@link #plan}
   * @param listener told of the progress
   * @return what was done
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(ReshardPlan plan, ProgressListener listener) {
    return run(plan.request(), listener);
  }

  /**
   * Plans a request and runs it like {@link #run(ReshardPlan, ProgressListener)}, but opens and
   * plans the source only once.
   *
   * @param request the source, the target and the changes
   * @param listener told of the progress
   * @return what was done
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(ReshardRequest request, ProgressListener listener) {
    return run(request, plan -> {}, listener);
  }

  /**
   * Plans a request, hands out the plan and runs it; the source is opened and planned only once.
   *
   * @param request the source, the target and the changes
   * @param planned given the plan before anything is written; an exception from it ends the run
   * @param listener told of the progress
   * @return what was done
   * @throws io.shardwright.spi.error.PlanRejectedException if it can't be done, with all reasons
   * @throws io.shardwright.spi.error.CheckpointException if anything fails
   */
  public Report run(
      ReshardRequest request, Consumer<ReshardPlan> planned, ProgressListener listener) {
    try (var job = ReshardJob.open(request, sources)) {
      planned.accept(job.plan());
      return job.run(listener, natives);
    }
  }

  /**
   * Reads a whole checkpoint and checks its integrity.
   *
   * @param path an archive or a folder
   * @param details what to compute besides
   * @param listener told of the progress
   * @return what was found
   * @throws io.shardwright.spi.error.CheckpointException if the checkpoint is damaged or incomplete
   */
  public Verification verify(
      Path path, Set<Verification.Detail> details, ProgressListener listener) {
    try (var checkpoint = OpenCheckpoint.open(path, sources)) {
      return new CheckpointReading(checkpoint, details, listener).read();
    }
  }

  /**
   * Computes the SHA-256 of every tensor of a model.
   *
   * @param path an archive or a folder
   * @param listener told of the progress
   * @return the logical tensors if a family is known, otherwise the stored ones
   * @throws io.shardwright.spi.error.CheckpointException if the checkpoint can't be read
   */
  public Manifest manifest(Path path, ProgressListener listener) {
    try (var checkpoint = OpenCheckpoint.open(path, sources)) {
      return ModelReading.canonical(checkpoint, RunOptions.DEFAULT, listener).manifest();
    }
  }

  /**
   * Compares two checkpoints across formats, layouts and namings.
   *
   * @param first an archive or a folder
   * @param second another archive or folder
   * @param options the number of threads, or an executor
   * @param listener told of the progress
   * @return the differences
   * @throws io.shardwright.spi.error.CheckpointException if one of them can't be read
   */
  public Comparison diff(Path first, Path second, RunOptions options, ProgressListener listener) {
    try (var one = OpenCheckpoint.open(first, sources);
        var other = OpenCheckpoint.open(second, sources)) {
      return new CheckpointComparison(one, other).run(Resources.workers(options), listener);
    }
  }

  /**
   * Copies files out of a checkpoint into a folder.
   *
   * @param path an archive or a folder
   * @param target the folder to make
   * @param options which files to copy, and whether to replace a folder or make its parents
   * @return the names of the files in the folder
   * @throws io.shardwright.spi.error.CheckpointException if anything fails; no folder is made then
   */
  public List<String> extract(Path path, Path target, ExtractOptions options) {
    return Extraction.run(path, target, options, sources);
  }
}
