package io.shardwright.spark;

import io.shardwright.core.Cancellation;
import io.shardwright.core.ProgressListener;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;

/** A task that ends soon after Spark has killed it, and tells its progress. */
final class Task implements ProgressListener {
  private final TaskContext context;
  private final LongConsumer copied;
  private final Cancellation cancellation = new Cancellation();
  private long told;

  /**
   * A task that runs now.
   *
   * @param copied told how many more bytes are written
   */
  Task(TaskContext context, LongConsumer copied) {
    this.context = context;
    this.copied = copied;
  }

  /** Does its work. */
  <T> T during(Supplier<T> work) {
    return cancellation.during(work);
  }

  @Override
  public void advanced(Phase phase, long done, long total) {
    if (context.isInterrupted()) {
      cancellation.cancel();
    }
    if (phase == Phase.COPY) {
      copied.accept(done - told);
      told = done;
    }
  }
}
