package io.shardwright.core.internal.job;

import static java.util.stream.Collectors.joining;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is said of a run that fails, and whether another may continue its work.
 *
 * @param resumes whether the work is kept whatever ended the run
 */
record Failing(Resolved resolved, boolean resumes) {
  /** After these a later run may continue; after others source or disk can't be trusted. */
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

  /** What the caller is told; {@code keep} keeps the completed work, and says where it is. */
  CheckpointException of(Throwable thrown, Supplier<List<Path>> keep) {
    CheckpointException failure =
        thrown instanceof CheckpointException known
            ? cause(known)
            : problem(
                ErrorCode.MEMORY_EXHAUSTED,
                "not enough memory: increase Java's -Xmx, or use fewer threads");
    boolean interrupted = failure.code() == ErrorCode.INTERRUPTED;
    boolean wanted = resumes || interrupted && resolved.request().run().keep();
    List<Path> kept = wanted && RESUMABLE.contains(failure.code()) ? keep.get() : List.of();
    if (failure instanceof CheckpointIoException problem) {
      if (!kept.isEmpty()) {
        return problem.followedBy(howToContinue(kept));
      } else if (interrupted) {
        return problem.followedBy("no files were left");
      }
    }
    return failure;
  }

  /** Parts are continued by the same command, a run by the option. */
  private static String howToContinue(List<Path> kept) {
    String option = kept.size() == 1 ? "" : " with " + Setting.RESUME.inText();
    String files = kept.stream().map(Path::toString).collect(joining("' and '"));
    return "completed work is kept. To continue, repeat the command"
        + option
        + "; to give up, remove '"
        + files
        + "'";
  }

  /** A source that is being written looks damaged. */
  private CheckpointException cause(CheckpointException failure) {
    if (failure.code() == ErrorCode.INTERRUPTED) {
      return problem(ErrorCode.INTERRUPTED, "interrupted");
    }
    if (failure.code().kind() == ErrorCode.Kind.INPUT) {
      try {
        resolved.requireUnchanged();
      } catch (CheckpointException changed) {
        return changed;
      }
    }
    return failure;
  }

  private CheckpointIoException problem(ErrorCode code, String text) {
    return new CheckpointIoException(code, resolved.request().target().toString(), text);
  }
}
