package io.shardwright.core.internal.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Says what tasks will read while those before them are at work, so that it can come from far in
 * the meantime.
 */
final class Lookahead<L> {
  /** What is said before a task begins, beside what it reads itself. */
  private static final long BYTES = 128L << 20;

  private final List<Task<L>> tasks;
  private int said;
  private long bytes;

  private Lookahead(List<Task<L>> tasks) {
    this.tasks = tasks;
  }

  /**
   * Something to do.
   *
   * @param work does it
   * @param expect says what it will read
   * @param bytes about how much that is
   */
  record Task<L>(Consumer<L> work, Runnable expect, long bytes) {
    /** Reads nothing of which anything could be said. */
    static <L> Task<L> of(Consumer<L> work) {
      return new Task<>(work, () -> {}, 0);
    }
  }

  /** The same tasks in their order. */
  static <L> List<Consumer<L>> over(List<Task<L>> tasks) {
    var ahead = new Lookahead<>(tasks);
    var all = new ArrayList<Consumer<L>>();
    for (int i = 0; i < tasks.size(); i++) {
      int number = i;
      all.add(
          lane -> {
            ahead.reach(number);
            tasks.get(number).work().accept(lane);
          });
    }
    return all;
  }

  /** Tasks begin nearly in their order. */
  private synchronized void reach(int number) {
    bytes -= tasks.get(number).bytes();
    while (said < tasks.size() && (said <= number || bytes < BYTES)) {
      Task<L> next = tasks.get(said++);
      bytes += next.bytes();
      next.expect().run();
    }
  }
}
