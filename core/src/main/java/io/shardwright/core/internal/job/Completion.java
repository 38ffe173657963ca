package io.shardwright.core.internal.job;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.publish.PartsFolder;
import io.shardwright.core.internal.save.PlanDocument;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;

/**
 * The completion of a target that several processes wrote.
 *
 * @param natives folders where jars with PyTorch's native library may be
 */
public record Completion(Path target, Sources sources, List<Path> natives) {
  private static final int NAMED = 20;

  /**
   * The plan that its parts follow.
   *
   * @throws io.shardwright.spi.error.CheckpointException if no part of it is there
   */
  public static PlanDocument plan(Path target) {
    var parts = PartsFolder.of(target);
    if (parts.isThere()) {
      return PlanDocument.read(parts.plan());
    }
    parts.tidy();
    if (Files.exists(target)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          target.toString(),
          "exists, and there are no parts of it to complete: it is complete, or was never"
              + " written in parts");
    }
    throw missing(target, "no part of it was found: '" + parts.path() + "' does not exist");
  }

  /** Into how many parts a target was divided that somebody has begun to write. */
  public static OptionalInt begun(Path target) {
    var parts = PartsFolder.of(target);
    return parts.isThere()
        ? OptionalInt.of(PlanDocument.read(parts.plan()).parts())
        : OptionalInt.empty();
  }

  private static CheckpointIoException missing(Path target, String problem) {
    return new CheckpointIoException(ErrorCode.PARTS_MISSING, target.toString(), problem);
  }

  /** Completes it. */
  public Report run(RunOptions options, ProgressListener listener) {
    PlanDocument plan = plan(target);
    var parts = PartsFolder.of(target);
    var request = plan.request(Optional.of(target)).build();
    if (parts.isPublished()) {
      parts.tidy();
      return published(plan, request);
    }
    requireAll(parts.missing(plan.parts()), plan.parts());
    var run = options.withDevice(request.run().device()).withResume(parts.isAppearing());
    var asked = plan.request(Optional.of(target)).run(run).build();
    try (var job = ReshardJob.open(asked, sources)) {
      return job.finish(parts, plan, listener, natives);
    }
  }

  private void requireAll(SortedSet<Integer> missing, int all) {
    if (!missing.isEmpty()) {
      boolean one = missing.size() == 1;
      throw missing(
          target,
          (one ? "part " : "parts ")
              + ranges(missing)
              + " of "
              + all
              + (one ? " is" : " are")
              + " missing: run "
              + (one ? "it" : "them")
              + ", then finish again");
    }
  }

  /** As people write them: {@code 2, 5-7}. */
  private static String ranges(SortedSet<Integer> numbers) {
    var texts = new ArrayList<String>();
    int first = -1;
    int last = -1;
    for (int number : numbers) {
      if (number != last + 1 || first < 0) {
        first = number;
        texts.add("");
      }
      last = number;
      texts.set(texts.size() - 1, first == last ? "" + first : first + "-" + last);
    }
    int more = texts.size() - NAMED;
    String named = String.join(", ", texts.subList(0, Math.min(NAMED, texts.size())));
    return more > 0 ? named + " and more" : named;
  }

  /** A finisher that was killed after its last step. */
  private Report published(PlanDocument plan, ReshardRequest request) {
    return new Report(
        target,
        0,
        plan.target("bytes"),
        0,
        plan.target("tensors"),
        request.verify(),
        0,
        0,
        0,
        0,
        0,
        request.run().device(),
        Duration.ZERO,
        List.of(),
        Optional.empty(),
        List.of("the target was complete: what was left of its parts was removed"));
  }
}
