package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.SavedPlan;
import io.shardwright.cli.CommandRequest;
import java.nio.file.Files;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;

/** A job that ends too early, and leaves what it has written. */
final class Cancelled {
  private Cancelled() {}

  /** Ends it once parts are there. */
  static void run(Cluster cluster, CommandRequest asked, int parts, BooleanSupplier areThere)
      throws Exception {
    var canceller = Executors.newSingleThreadScheduledExecutor();
    try (var session = cluster.session(2, "spark.default.parallelism=" + parts)) {
      var context = JavaSparkContext.fromSparkContext(session.sparkContext());
      canceller.scheduleWithFixedDelay(
          () -> {
            if (areThere.getAsBoolean()) {
              context.cancelAllJobs();
            }
          },
          50,
          50,
          TimeUnit.MILLISECONDS);
      assertThrows(
          RuntimeException.class,
          () -> SparkResharding.run(context, asked.shardwright(), asked.request()));
    } finally {
      canceller.shutdownNow();
    }
    assertFalse(Files.exists(asked.request().target()), "the target is there");
    assertEquals(OptionalInt.of(parts), SavedPlan.begun(asked.request().target()));
  }
}
