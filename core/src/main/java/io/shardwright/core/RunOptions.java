package io.shardwright.core;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a plan is run. The bytes that come out are the same for all of these.
 *
 * @param threads that work at most, the caller's among them; at least 1. One more waits for the
 *     disk where a target is forced to it
 * @param executor gives the threads besides the caller's; empty lets the run start and end its own.
 *     It may refuse none and may run late: the caller then does the work
 * @param resume whether what a killed run left of the same target is used, as far as it is right
 * @param device what computes
 * @param mkdirs whether folders that lack on the way to the target are made; a run that fails
 *     removes them again
 */
public record RunOptions(
    int threads, Optional<Executor> executor, boolean resume, Device device, boolean mkdirs) {
  private static final int MOST_BY_DEFAULT = 4;

  /** As many threads as there are processors, at most 4; from the start, in the JVM. */
  public static final RunOptions DEFAULT =
      new RunOptions(
          Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors()),
          Optional.empty(),
          false,
          Device.JVM,
          false);

  /**
   * Checks the number of threads, and that nothing is null.
   *
   * @param threads at least 1
   * @param executor gives the threads besides the caller's
   * @param resume whether a killed run's work is used
   * @param device what computes
   * @param mkdirs whether folders are made
   * @throws IllegalArgumentException if there is not one thread at least
   */
  public RunOptions {
    Bounds.POSITIVE.require("threads", threads);
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(device, "device");
  }

  /**
   * The same with another number of threads.
   *
   * @param wanted at least 1
   * @return the options
   * @throws IllegalArgumentException if it is less
   */
  public RunOptions withThreads(int wanted) {
    return new RunOptions(wanted, executor, resume, device, mkdirs);
  }

  /**
   * The same on a host's threads.
   *
   * @param given runs what the calling thread doesn't
   * @return the options
   */
  public RunOptions withExecutor(Executor given) {
    return new RunOptions(threads, Optional.of(given), resume, device, mkdirs);
  }

  /**
   * The same, going on where a killed run ended.
   *
   * @param wanted false by default
   * @return the options
   */
  public RunOptions withResume(boolean wanted) {
    return new RunOptions(threads, executor, wanted, device, mkdirs);
  }

  /**
   * The same on another device. It is looked for when a plan runs, not before.
   *
   * @param wanted needs PyTorch's native library unless it is {@link Device#JVM}
   * @return the options
   */
  public RunOptions withDevice(Device wanted) {
    return new RunOptions(threads, executor, resume, wanted, mkdirs);
  }

  /**
   * The same, making folders that lack on the way to the target.
   *
   * @param wanted false by default: a target in a folder that does not exist is refused
   * @return the options
   */
  public RunOptions withMkdirs(boolean wanted) {
    return new RunOptions(threads, executor, resume, device, wanted);
  }
}
