package io.shardwright.core;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Cancels calls of Shardwright from another thread: opening, planning, running, verifying,
 * comparing, extracting, reading. Safe for use by several threads; it can't be reset.
 *
 * <pre>{@code
 * var cancellation = new Cancellation();
 * var report = threads.submit(() -> cancellation.during(() -> shardwright.run(plan, listener)));
 * cancellation.cancel();
 * report.get(); // throws when all is cleaned up, or returns if the target was complete already
 * }</pre>
 */
public final class Cancellation {
  private final Set<Thread> busy = new HashSet<>();
  private boolean cancelled;

  /** Makes a cancellation that has not been requested. */
  public Cancellation() {}

  /**
   * Runs some work on the calling thread. {@link #cancel} interrupts that thread while the work
   * runs, and at no other time.
   *
   * @param work code that calls Shardwright
   * @param <T> the type of its result
   * @return the work's result, also if the cancellation came too late
   * @throws CheckpointIoException with code SW-404 if it was cancelled before or meanwhile; the
   *     work has ended then
   */
  public <T> T during(Supplier<T> work) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    enter();
    try {
      return work.get();
    } finally {
      leave(interrupted);
    }
  }

  private synchronized void enter() {
    if (cancelled) {
      throw new CheckpointIoException(ErrorCode.INTERRUPTED, "run", "interrupted");
    }
    busy.add(Thread.currentThread());
  }

  /** Clears the interruption that {@link #cancel} caused, but not one from elsewhere. */
  private synchronized void leave(boolean interrupted) {
    busy.remove(Thread.currentThread());
    if (cancelled && !interrupted) {
      Thread.interrupted();
    }
  }

  /**
   * Interrupts the work that is under way and refuses work that begins later. Returns without
   * waiting for the work to end.
   */
  public synchronized void cancel() {
    cancelled = true;
    busy.forEach(Thread::interrupt);
  }

  /**
   * Tells whether {@link #cancel} was called.
   *
   * @return true if it was
   */
  public synchronized boolean isCancelled() {
    return cancelled;
  }
}
