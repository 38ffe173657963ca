package io.shardwright.core;

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
 */
public record RunOptions(
    int threads, Optional<Executor> executor, boolean resume, Device device, boolean mkdirs) {
  private static final int MOST_BY_DEFAULT = 4;

  /** As many threads as processors, but at most 4; no resuming; the JVM as the device. */
  public static final RunOptions DEFAULT =
      new RunOptions(
          Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors()),
          Optional.empty(),
          false,
          Device.JVM,
          false);

  /**
   * Checks the components.
   *
   * @param threads at least 1
   * @param executor not null
   * @param resume kept as given
   * @param device not null
   * @param mkdirs kept as given
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public RunOptions {
    Bounds.POSITIVE.require("threads", threads);
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(device, "device");
  }

  /**
   * Returns a copy with another number of threads.
   *
   * @param wanted the number, at least 1
   * @return the copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public RunOptions withThreads(int wanted) {
    return new RunOptions(wanted, executor, resume, device, mkdirs);
  }

  /**
   * Returns a copy that runs on the threads of an executor besides the calling one.
   *
   * @param given the executor
   * @return the copy
   */
  public RunOptions withExecutor(Executor given) {
    return new RunOptions(threads, Optional.of(given), resume, device, mkdirs);
  }

  /**
   * Returns a copy that resumes an interrupted run, or starts anew.
   *
   * @param wanted true to resume; false by default
   * @return the copy
   */
  public RunOptions withResume(boolean wanted) {
    return new RunOptions(threads, executor, wanted, device, mkdirs);
  }

  /**
   * Returns a copy for another device, which is looked for when a plan runs.
   *
   * @param wanted the device; all but {@link Device#JVM} need PyTorch's native library
   * @return the copy
   */
  public RunOptions withDevice(Device wanted) {
    return new RunOptions(threads, executor, resume, wanted, mkdirs);
  }

  /**
   * Returns a copy that makes missing parent folders of the target, or refuses the target.
   *
   * @param wanted true to make them; false by default
   * @return the copy
   */
  public RunOptions withMkdirs(boolean wanted) {
    return new RunOptions(threads, executor, resume, device, wanted);
  }
}
