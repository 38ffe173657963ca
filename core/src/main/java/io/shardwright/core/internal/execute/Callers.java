package io.shardwright.core.internal.execute;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Threads that do something for a host until it no longer wants it. */
public final class Callers {
  private final Set<Thread> busy = new HashSet<>();
  private boolean unwanted;

  /**
   * Does something on the calling thread, which is interrupted if nobody wants it any more.
   *
   * @throws io.shardwright.spi.error.CheckpointIoException if that was so before
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
    if (unwanted) {
      throw Interruption.failure();
    }
    busy.add(Thread.currentThread());
  }

  /** Whoever calls next is not to find our interruption, but finds that of others. */
  private synchronized void leave(boolean interrupted) {
    busy.remove(Thread.currentThread());
    if (unwanted && !interrupted) {
      Thread.interrupted();
    }
  }

  /** Nobody wants it any more, now or later. */
  public synchronized void end() {
    unwanted = true;
    busy.forEach(Thread::interrupt);
  }

  /** Whether nobody wants it any more. */
  public synchronized boolean ended() {
    return unwanted;
  }
}
