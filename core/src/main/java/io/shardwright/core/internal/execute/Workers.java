package io.shardwright.core.internal.execute;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs tasks on several threads, including the caller's; if no other thread is available, the
 * caller runs them all.
 */
public final class Workers {
  /** The caller and nobody else. */
  public static final Workers ALONE = new Workers(1, work -> {});

  private final int threads;
  private final Executor executor;

  /**
   * Workers on threads that someone else provides.
   *
   * @param threads how many work at most, the caller's included; another may wait for the disk
   * @param executor may run what it is given late or never
   */
  public Workers(int threads, Executor executor) {
    this.threads = threads;
    this.executor = executor;
  }

  /** Workers on threads of their own, which end with the tasks. */
  public static Workers of(int threads) {
    return new Workers(threads, Workers::start);
  }

  private static void start(Runnable work) {
    var thread = new Thread(work, "shardwright-worker");
    thread.setDaemon(true);
    thread.start();
  }

  int threads() {
    return threads;
  }

  /**
   * Runs all tasks, in their order as far as threads are free. The first failure stops the rest and
   * is thrown; so does an interruption of the calling thread. No task runs any more on return.
   *
   * @param lanes makes what a thread keeps from task to task: buffers
   */
  public <L> void run(List<? extends Consumer<L>> tasks, Supplier<L> lanes) {
    var batch = new Batch<L>(tasks, lanes);
    int helpers = Math.min(threads, tasks.size()) - 1;
    while (helpers > 0 && beside(batch)) {
      helpers--;
    }
    batch.close();
  }

  /**
   * Does two things at once where there is a thread for the second, else one after the other. Where
   * both fail, the first one's failure is thrown.
   */
  public void both(Runnable here, Runnable there) {
    var other = new Batch<>(List.of(nothing -> there.run()), () -> null);
    beside(other);
    try (other) {
      here.run();
    }
  }

  /**
   * Asks for a thread to run something that ends by itself.
   *
   * @return whether there may come one
   */
  boolean beside(Runnable work) {
    try {
      executor.execute(work);
      return true;
    } catch (OutOfMemoryError | RejectedExecutionException noThread) {
      return false;
    }
  }

  private static final class Batch<L> implements Runnable, AutoCloseable {
    private final List<? extends Consumer<L>> tasks;
    private final Supplier<L> lanes;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private int active;

    Batch(List<? extends Consumer<L>> tasks, Supplier<L> lanes) {
      this.tasks = tasks;
      this.lanes = lanes;
    }

    @Override
    public void run() {
      enter();
      try {
        work();
      } catch (Throwable thrown) {
        failure.compareAndSet(null, thrown);
      } finally {
        leave();
      }
    }

    /** Does what nobody has begun, and waits for the rest. */
    @Override
    public void close() {
      run();
      await();
      requireDone();
    }

    private void work() {
      int task = next.getAndIncrement();
      if (task >= tasks.size()) {
        return;
      }
      L lane = lanes.get();
      for (; task < tasks.size() && failure.get() == null; task = next.getAndIncrement()) {
        tasks.get(task).accept(lane);
      }
    }

    private synchronized void enter() {
      active++;
    }

    private synchronized void leave() {
      active--;
      notifyAll();
    }

    /** Waits for those that have begun; the others will find nothing to do. */
    private synchronized void await() {
      boolean interrupted = Thread.interrupted();
      while (active > 0) {
        try {
          wait();
        } catch (InterruptedException cancel) {
          interrupted = true;
          failure.compareAndSet(null, Interruption.failure());
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private void requireDone() {
      Throwable thrown = failure.get();
      if (Thread.currentThread().isInterrupted()) {
        throw Interruption.failure();
      }
      if (thrown instanceof RuntimeException problem) {
        throw problem;
      }
      if (thrown instanceof Error error) {
        throw error;
      }
    }
  }
}
