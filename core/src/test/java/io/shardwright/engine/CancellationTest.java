package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.Cancellation;
import io.shardwright.core.ExtractOptions;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.RunOptions;
import io.shardwright.core.Verification;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that no longer want what they began. */
class CancellationTest {
  @TempDir Path folder;
  private final Shardwright shardwright = Shardwright.create();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final Cancellation cancellation = new Cancellation();
  private final CountDownLatch begun = new CountDownLatch(1);
  private Path source;
  private Path target;
  private ReshardPlan plan;

  @BeforeEach
  void unpack() throws IOException {
    source = Files.createDirectory(folder.resolve("source")).resolve("vit.nemo");
    target = Files.createDirectory(folder.resolve("target")).resolve("out.nemo");
    try (var bundled = getClass().getResourceAsStream("/nemo/vit-tp1.nemo")) {
      Files.copy(bundled, source);
    }
    plan =
        shardwright.plan(
            ReshardRequest.builder(source, target)
                .tensorModelParallelSize(2)
                .run(RunOptions.DEFAULT.withThreads(2))
                .sync(false)
                .build());
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** Stays in the middle of the work until somebody cancels it. */
  private ProgressListener stuckUntil(Supplier<Boolean> cancelled) {
    return (phase, done, total) -> {
      begun.countDown();
      while (!cancelled.get()) {
        Thread.onSpinWait();
      }
    };
  }

  private void assertNothingLeft() throws IOException {
    try (var left = Files.list(target.getParent())) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static void assertCancelled(Throwable failure) {
    assertEquals(CheckpointIoException.class, failure.getClass());
    assertEquals(ErrorCode.INTERRUPTED, ((CheckpointException) failure).code());
  }

  @Test
  void endsARunFromAnotherThread() throws Exception {
    ProgressListener listener = stuckUntil(cancellation::isCancelled);
    // begin: cancel
    Future<Report> run =
        threads.submit(() -> cancellation.during(() -> shardwright.run(plan, listener)));
    begun.await(); // whatever the host waits for
    cancellation.cancel();
    try {
      Report done = run.get(); // it came too late: the target is complete
    } catch (ExecutionException failed) {
      assertCancelled(failed.getCause()); // SW-404: the target is absent, nothing is left
    }
    // end: cancel
    assertThrows(ExecutionException.class, run::get);
    assertNothingLeft();
    assertFalse(threads.submit(() -> Thread.currentThread().isInterrupted()).get());
  }

  /** Its future tells nothing of the run any more; that the thread is free does. */
  @Test
  void endsARunWhoseFutureIsCancelled() throws Exception {
    Future<?>[] run = new Future<?>[1];
    var known = new CountDownLatch(1);
    ProgressListener listener = stuckUntil(() -> known.getCount() == 0 && run[0].isCancelled());
    run[0] = threads.submit(() -> shardwright.run(plan, listener));
    known.countDown();
    begun.await();
    assertTrue(run[0].cancel(true));
    assertThrows(CancellationException.class, run[0]::get);
    threads.shutdown();
    assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    assertNothingLeft();
  }

  @Test
  void endsWhatElseReadsForLong() throws Exception {
    List<Function<ProgressListener, Object>> all =
        List.of(
            listener ->
                shardwright.verify(
                    source, Set.of(Verification.Detail.SUMS, Verification.Detail.VALUES), listener),
            listener -> shardwright.manifest(source, listener),
            listener -> shardwright.diff(source, source, RunOptions.DEFAULT, listener));
    for (var reading : all) {
      var own = new Cancellation();
      ProgressListener listener = (phase, done, total) -> own.cancel();
      assertCancelled(
          assertThrows(CheckpointException.class, () -> own.during(() -> reading.apply(listener))));
      assertFalse(Thread.interrupted());
    }
  }

  @Test
  void refusesWhatIsBegunAfterwards() throws IOException {
    cancellation.cancel();
    List<Supplier<Object>> all =
        List.of(
            () -> shardwright.open(source),
            () -> shardwright.plan(plan.request()),
            () -> shardwright.restore(source, RestoreOptions.NONE),
            () -> shardwright.extract(source, target, ExtractOptions.DEFAULT));
    for (Supplier<Object> work : all) {
      assertCancelled(assertThrows(CheckpointException.class, () -> cancellation.during(work)));
    }
    assertNothingLeft();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void changesNothingWhereItComesTooLate() {
    Report done =
        cancellation.during(
            () -> {
              Report report = shardwright.run(plan, ProgressListener.SILENT);
              cancellation.cancel();
              return report;
            });
    assertTrue(done.verified());
    assertTrue(Files.exists(target));
    assertFalse(Thread.interrupted(), "what is done next is not cancelled");
  }

  @Test
  void leavesTheHostsOwnInterruptionAlone() {
    cancellation.during(
        () -> {
          Thread.currentThread().interrupt();
          return 0;
        });
    assertTrue(Thread.currentThread().isInterrupted());
    cancellation.during(
        () -> {
          cancellation.cancel();
          return 0;
        });
    assertTrue(Thread.interrupted());
  }
}
