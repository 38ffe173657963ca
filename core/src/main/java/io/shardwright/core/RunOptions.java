package io.shardwright.core;

import io.shardwright.spi.config.JsonValue;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Options for running a plan. The written bytes do not depend on them.
 *
 * @param threads largest number of threads that work, including the caller's; at least 1. One more
 *     thread waits for the disk while a target is forced to it
 * @param executor supplies the threads besides the caller's; empty to let the run start and end its
 *     own. It must not reject tasks; if it runs them late, the calling thread does the work
 * @param resume whether data that an interrupted run has written of the same target is kept, as far
 *     as a check finds it correct
 * @param device the device that casts, cuts and merges tensors
 * @param mkdirs whether missing parent folders of the target are made; a run that fails removes
 *     them again
 * @param part the part of the work that is done; empty for all of it
 * @param saved the document of a saved plan that the plan must be equal to; empty for any plan
 * @param keep whether the completed work of an interrupted run is kept for a later run with {@code
 *     resume}; a run with {@code resume} always keeps it
 */
public record RunOptions(
    int threads,
    Optional<Executor> executor,
    boolean resume,
    Device device,
    boolean mkdirs,
    Optional<Part> part,
    Optional<JsonValue.Obj> saved,
    boolean keep) {
  private static final int MOST_BY_DEFAULT = 4;

  /** As many threads as processors, but at most 4; no resuming; the JVM as the device. */
  public static final RunOptions DEFAULT =
      new RunOptions(
          Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors()),
          Optional.empty(),
          false,
          Device.JVM,
          false,
          Optional.empty(),
          Optional.empty(),
          false);

  /**
   * One of several parts of a run's work, each of which another process does. The target appears
   * when all are done and it is completed by {@code Shardwright.finish}.
   *
   * @param number from 1 to {@code of}
   * @param of how many there are
   */
  public record Part(int number, int of) {
    /** The most parts that a target may have. */
    public static final int MOST = 100_000;

    /**
     * Checks the components.
     *
     * @param number from 1 to {@code of}
     * @param of at most {@link #MOST}
     * @throws IllegalArgumentException if they are out of range
     */
    public Part {
      if (number < 1 || number > of || of > MOST) {
        throw new IllegalArgumentException("there is no part " + number + " of " + of);
      }
    }

    /** Returns the part as the command line writes it: {@code 2/7}. */
    @Override
    public String toString() {
      return number + "/" + of;
    }
  }

  /**
   * Checks the components.
   *
   * @param threads at least 1
   * @param executor not null
   * @param resume kept as given
   * @param device not null
   * @param mkdirs kept as given
   * @param part not null
   * @param saved not null
   * @param keep kept as given
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public RunOptions {
    Bounds.POSITIVE.require("threads", threads);
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(part, "part");
    Objects.requireNonNull(saved, "saved");
  }

  /**
   * Returns a copy with another number of threads.
   *
   * @param wanted the number, at least 1
   * @return the copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public RunOptions withThreads(int wanted) {
    return new RunOptions(wanted, executor, resume, device, mkdirs, part, saved, keep);
  }

  /**
   * Returns a copy that runs on the threads of an executor besides the calling one.
   *
   * @param given the executor
   * @return the copy
   */
  public RunOptions withExecutor(Executor given) {
    return new RunOptions(threads, Optional.of(given), resume, device, mkdirs, part, saved, keep);
  }

  /**
   * Returns a copy that resumes an interrupted run, or starts from the beginning.
   *
   * @param wanted true to resume; false by default
   * @return the copy
   */
  public RunOptions withResume(boolean wanted) {
    return new RunOptions(threads, executor, wanted, device, mkdirs, part, saved, keep);
  }

  /**
   * Returns a copy for another device, which is looked for when a plan runs.
   *
   * @param wanted the device; all but {@link Device#JVM} need PyTorch's native library
   * @return the copy
   */
  public RunOptions withDevice(Device wanted) {
    return new RunOptions(threads, executor, resume, wanted, mkdirs, part, saved, keep);
  }

  /**
   * Returns a copy that makes missing parent folders of the target, or refuses the target.
   *
   * @param wanted true to make them; false by default
   * @return the copy
   */
  public RunOptions withMkdirs(boolean wanted) {
    return new RunOptions(threads, executor, resume, device, wanted, part, saved, keep);
  }

  /**
   * Returns a copy that does a part of the work.
   *
   * @param wanted the part
   * @return the copy
   */
  public RunOptions withPart(Part wanted) {
    return new RunOptions(
        threads, executor, resume, device, mkdirs, Optional.of(wanted), saved, keep);
  }

  /**
   * Returns a copy for a plan that was saved; a run of another is refused.
   *
   * @param document the saved plan's document
   * @return the copy
   */
  public RunOptions withSaved(JsonValue.Obj document) {
    return new RunOptions(
        threads, executor, resume, device, mkdirs, part, Optional.of(document), keep);
  }

  /**
   * Returns a copy that keeps, or removes, the completed work of a run that is interrupted.
   *
   * @param wanted true to keep it for a later run with {@code resume}; false by default
   * @return the copy
   */
  public RunOptions withKeep(boolean wanted) {
    return new RunOptions(threads, executor, resume, device, mkdirs, part, saved, wanted);
  }
}
