package io.shardwright.core.internal.job;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What is said of a run that fails, and whether another may go on with its work. */
record Failing(Resolved resolved) {
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

  /** What the caller is told; {@code keep} keeps the work, and says whether it did. */
  CheckpointException of(Throwable thrown, boolean resumes, BooleanSupplier keep) {
    CheckpointException failure =
        thrown instanceof CheckpointException known
            ? cause(known)
            : problem(
                ErrorCode.MEMORY_EXHAUSTED,
                "memory ran out: give Java more with -Xmx, or use fewer threads");
    boolean kept = resumes && RESUMABLE.contains(failure.code()) && keep.getAsBoolean();
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
