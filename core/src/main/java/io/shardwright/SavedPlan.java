package io.shardwright;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.internal.job.Completion;
import io.shardwright.core.internal.job.ReshardJob;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.internal.save.PlanDocument;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A plan in a file, for another process: {@code docs/plans.md} describes it. Whoever opens it reads
 * the headers of the sources again, and is refused if they are not what they were or the plan does
 * not become the same.
 */
public final class SavedPlan {
  private final PlanDocument document;
  private final Optional<Path> target;

  private SavedPlan(PlanDocument document, Optional<Path> target) {
    this.document = document;
    this.target = target;
  }

  /**
   * Plans a request and writes the plan to a file.
   *
   * @param shardwright finds the families and formats
   * @param request the source, the target and the changes
   * @param file the path of the plan
   * @return what a run would do
   * @throws io.shardwright.spi.error.CheckpointException if it can't be done, or the file exists
   *     and the request does not allow to replace a target
   */
  public static ReshardPlan write(Shardwright shardwright, ReshardRequest request, Path file) {
    try (var job = ReshardJob.open(request, shardwright.sources)) {
      byte[] plan = job.document().packed();
      ReshardPlan planned = job.plan();
      ReportFile.requireWritable(file, request, request.overwrite());
      try (var staged = SideFile.stage(file, plan, request.sync())) {
        staged.publish(request.overwrite());
      }
      return planned;
    }
  }

  /**
   * Plans a request.
   *
   * @param shardwright finds the families and formats
   * @param request the source, the target and the changes
   * @return the plan
   * @throws io.shardwright.spi.error.CheckpointException if it can't be done
   */
  public static SavedPlan of(Shardwright shardwright, ReshardRequest request) {
    try (var job = ReshardJob.open(request, shardwright.sources)) {
      return new SavedPlan(job.document(), Optional.empty());
    }
  }

  /**
   * Opens a plan.
   *
   * @param bytes what {@link #bytes} gave
   * @param where its name in messages
   * @return the plan
   * @throws io.shardwright.spi.error.CheckpointException if it is not a plan
   */
  public static SavedPlan read(byte[] bytes, String where) {
    return new SavedPlan(
        PlanDocument.read(new ByteArrayInputStream(bytes), where), Optional.empty());
  }

  /**
   * Opens a plan.
   *
   * @param file the path of the plan
   * @return the plan
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read or is not a plan
   */
  public static SavedPlan read(Path file) {
    return new SavedPlan(PlanDocument.read(file), Optional.empty());
  }

  /**
   * Opens the plan that the parts of a target follow.
   *
   * @param target the target, which is not there yet
   * @return the plan
   * @throws io.shardwright.spi.error.CheckpointException if no part of it is there
   */
  public static SavedPlan ofParts(Path target) {
    return new SavedPlan(Completion.plan(target), Optional.of(target));
  }

  /**
   * Tells into how many parts a target was divided that others have begun to write.
   *
   * @param target the target, which is not there yet
   * @return the number of parts; empty where nobody has begun
   * @throws io.shardwright.spi.error.CheckpointException if their plan can't be read
   */
  public static OptionalInt begun(Path target) {
    return Completion.begun(target);
  }

  /**
   * Returns the plan as {@link #write} puts it into a file.
   *
   * @return JSON in gzip
   */
  public byte[] bytes() {
    return document.packed();
  }

  /**
   * Returns how many bytes the target has.
   *
   * @return the sizes of all of its files
   */
  public long targetBytes() {
    return document.target("bytes");
  }

  /**
   * Returns what finds the families that the plan was made with, and reads by the same limits.
   *
   * @return a builder to be changed or used
   */
  public ShardwrightBuilder shardwright() {
    var given = document.given();
    var builder = new ShardwrightBuilder().readPolicy(document.policy());
    given.adapterPaths().forEach(builder::adapterPath);
    given.familyFiles().forEach(builder::familyFile);
    given.family().ifPresent(builder::family);
    return builder;
  }

  /**
   * Returns the request that was planned, which another plan than this one does not satisfy.
   *
   * @return a builder, for its run options above all; they must keep {@link RunOptions#saved}
   */
  public ReshardRequestBuilder request() {
    var request = document.request(target);
    RunOptions run = request.build().run();
    return request.run(run.withSaved(document.object()));
  }

  /**
   * Completes a target whose parts are all written: writes its structure, verifies and publishes
   * it. If anything fails, all stays as it is, and this can be called again.
   *
   * @param shardwright finds the families and formats
   * @param target the target
   * @param run threads, the executor
   * @param listener told of the progress
   * @return what was done
   * @throws io.shardwright.spi.error.CheckpointException if parts lack, or anything fails
   */
  public static Report finish(
      Shardwright shardwright, Path target, RunOptions run, ProgressListener listener) {
    return new Completion(target, shardwright.sources, shardwright.natives).run(run, listener);
  }
}
