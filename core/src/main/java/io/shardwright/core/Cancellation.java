package io.shardwright.core;

import io.shardwright.core.internal.execute.Callers;
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
  private final Callers callers = new Callers();

  /** Not cancelled. */
  public Cancellation() {}

  /**
   * Does something on the calling thread, which {@link #cancel} interrupts meanwhile and at no
   * other time.
   *
   * @param work calls Shardwright
   * @param <T> what it gives
   * @return what {@code work} returned, be it that the cancellation came too late
   * @throws io.shardwright.spi.error.CheckpointIoException with code SW-404 if it was cancelled,
   *     before or meanwhile; nothing of the work is under way any more
   */
  public <T> T during(Supplier<T> work) {
    return callers.during(work);
  }

  /** Ends what is under way, soon, and refuses what is begun later. Does not wait for it. */
  public void cancel() {
    callers.end();
  }

  /**
   * Whether {@link #cancel} was called.
   *
   * @return false at first
   */
  public boolean isCancelled() {
    return callers.ended();
  }
}
