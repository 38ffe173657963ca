package io.shardwright.core;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Ends from another thread what one does with Shardwright: opening, planning, running, verifying,
 * comparing, extracting, reading. Safe for use by several threads; once it is used it stays so.
 *
 * <pre>{@code
 * var cancellation = new Cancellation();
 * var report = threads.submit(() -> cancellation.during(() -> shardwright.run(plan, listener)));
 * cancellation.cancel();
 * report.get(); // throws when all is cleaned up, or returns where the target was complete already
 * }</pre>
 */
public final class Cancellation {
  private final Set<Thread> busy = new HashSet<>();
  private boolean cancelled;

  /** Not cancelled. */
  public Cancellation() {}

  /**
   * Does something on the calling thread, which {@link #cancel} interrupts meanwhile and at no
   * other time.
   *
   * @param work calls Shardwright
   * @param <T> what it gives
   * @return what {@code work} returned, be it that the cancellation came too late
   * @throws CheckpointIoException with code SW-404 if it was cancelled, before or meanwhile;
   *     nothing of the work is under way any more
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

  /** Whoever calls next is not to find our interruption, but finds that of others. */
  private synchronized void leave(boolean interrupted) {
    busy.remove(Thread.currentThread());
    if (cancelled && !interrupted) {
      Thread.interrupted();
    }
  }

  /** Ends what is under way, soon, and refuses what is begun later. Does not wait for it. */
  public synchronized void cancel() {
    cancelled = true;
    busy.forEach(Thread::interrupt);
  }

  /**
   * Whether {@link #cancel} was called.
   *
   * @return false at first
   */
  public synchronized boolean isCancelled() {
    return cancelled;
  }
}
