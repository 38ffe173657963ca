package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.ProgressListener.Phase;
import io.shardwright.core.RunOptions;
import io.shardwright.faults.Faults.Operation;
import io.shardwright.faults.Model.Kind;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that are cancelled, or that run out of memory. */
class InterruptionTest {
  @TempDir Path folder;

  /** Does something at the nth piece of progress. */
  private record At(int n, Runnable action, AtomicInteger count) implements ProgressListener {
    At(int n, Runnable action) {
      this(n, action, new AtomicInteger());
    }

    @Override
    public void advanced(Phase phase, long done, long total) {
      if (count.incrementAndGet() == n) {
        action.run();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ARCHIVE", "FOLDER"})
  void leavesNothingBehindWheneverItIsInterrupted(Kind kind) throws IOException {
    Model model = Model.of(kind);
    Path source = model.source(folder);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path target = model.target(disk);
    Thread caller = Thread.currentThread();
    for (int n = 1; n < 92; n += 9) {
      for (int threads = 1; threads <= 2; threads++) {
        var request = model.request(source, target).run(RunOptions.DEFAULT.withThreads(threads));
        var listener = new At(n, caller::interrupt);
        var refusal = assertThrows(CheckpointIoException.class, () -> Model.run(request, listener));
        assertTrue(Thread.interrupted());
        assertEquals(ErrorCode.INTERRUPTED, refusal.code(), n + ": " + refusal);
        assertTrue(refusal.getMessage().endsWith("no files were left"), refusal.toString());
        Model.assertHolds(disk, "interrupted at " + n);
      }
    }
  }

  @Test
  void keepsCompletedWorkOfAnInterruptedRunWhereThatIsWanted() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path source = model.source(folder);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    var request =
        model
            .request(source, model.target(disk))
            .run(RunOptions.DEFAULT.withThreads(1).withKeep(true));
    Thread caller = Thread.currentThread();
    for (int n : new int[] {0, 40}) {
      var refusal =
          assertThrows(
              CheckpointIoException.class,
              () -> {
                if (n == 0) {
                  caller.interrupt();
                }
                Model.run(request, new At(n, caller::interrupt));
              });
      assertTrue(Thread.interrupted());
      boolean kept = refusal.getMessage().contains("repeat the command with resume");
      assertEquals(n > 0, kept, refusal.getMessage());
    }
    assertTrue(Model.run(Model.resuming(request)).bytesResumed() > 0);
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
  }

  @Test
  void anInterruptionThatComesTooLateChangesNothing() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Faults late =
        (operation, path) -> {
          if (operation == Operation.LINK) {
            Thread.currentThread().interrupt();
          }
        };
    Path target = FaultyFileSystem.path(model.target(disk), late);
    Model.run(model.request(model.source(folder), target));
    assertTrue(Thread.interrupted(), "the caller learns of it");
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
    Model.assertHolds(disk, "late", "out.nemo");
  }

  @Test
  void keepsWhatIsDoneWhenTheWayToTheDiskIsInterruptedAndNotWhenItFails() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path source = model.source(folder);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    for (boolean interrupted : new boolean[] {true, false}) {
      Faults faults =
          (operation, path) -> {
            if (operation == Operation.FORCE) {
              throw interrupted ? new ClosedByInterruptException() : new IOException("dead");
            }
          };
      Path target = FaultyFileSystem.path(model.target(disk), faults);
      var refusal =
          assertThrows(
              CheckpointIoException.class,
              () -> Model.run(Model.resuming(model.request(source, target))));
      assertEquals(interrupted, refusal.getMessage().contains("kept"), refusal.toString());
      try (var left = Files.list(disk)) {
        assertEquals(interrupted ? 2 : 0, left.count());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void saysThatMemoryRanOutAndLeavesNothing(Phase phase) throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path target = model.target(disk);
    for (int threads = 1; threads <= 3; threads++) {
      var request =
          model.request(model.source(folder), target).run(RunOptions.DEFAULT.withThreads(threads));
      var refusal =
          assertThrows(CheckpointIoException.class, () -> exhaust(request.build(), phase));
      assertEquals(ErrorCode.MEMORY_EXHAUSTED, refusal.code());
      assertTrue(refusal.getMessage().contains("-Xmx"), refusal.toString());
      Model.assertHolds(disk, "no memory");
    }
  }

  private static void exhaust(io.shardwright.core.ReshardRequest request, Phase when) {
    var shardwright = io.shardwright.Shardwright.create();
    shardwright.run(
        shardwright.plan(request),
        (phase, done, total) -> {
          if (phase == when && done > total / 2) {
            throw new OutOfMemoryError("as the machine would say");
          }
        });
  }

  @Test
  void goesOnAfterMemoryRanOut() throws IOException {
    Model model = Model.of(Kind.ARCHIVE);
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path source = model.source(folder);
    var request = Model.resuming(model.request(source, model.target(disk)));
    var refusal =
        assertThrows(CheckpointIoException.class, () -> exhaust(request.build(), Phase.COPY));
    assertTrue(refusal.getMessage().contains("completed work is kept"), refusal.toString());
    assertFalse(Files.exists(model.target(disk)));
    assertTrue(Model.run(request).bytesResumed() > 0);
    assertEquals(model.expected(folder), Model.contents(model.target(disk)));
  }
}
