package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriteBehindTest {
  private static final int MUCH = 40 << 20;

  /** Counts how often it is forced, which takes until it is let go. */
  private static final class Forced implements OutputFiles {
    private final boolean durable;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch letGo;

    private Forced(boolean durable, int held) {
      this.durable = durable;
      this.letGo = new CountDownLatch(held);
    }

    @Override
    public boolean durable() {
      return durable;
    }

    @Override
    public void force() {
      begun.incrementAndGet();
      first.countDown();
      await(letGo);
      ended.incrementAndGet();
    }

    @Override
    public void write(ByteBuffer bytes, Place place) {}

    @Override
    public void read(ByteBuffer bytes, Place place) {}
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException cancelled) {
      throw new IllegalStateException(cancelled);
    }
  }

  private static void writeTwice(Forced files, Executor executor) {
    try (var behind = new WriteBehind(files, new Workers(1, executor))) {
      for (int i = 0; i < 2; i++) {
        behind.write(ByteBuffer.allocate(MUCH), new Place(0, 0));
      }
    }
  }

  @Test
  void forcesWhatWasWrittenWhileMoreIsWritten() {
    var files = new Forced(true, 1);
    try (var behind = new WriteBehind(files, Workers.of(1))) {
      behind.write(ByteBuffer.allocate(MUCH), new Place(0, 0));
      await(files.first);
      behind.write(ByteBuffer.allocate(MUCH), new Place(0, MUCH));
      assertEquals(1, files.begun.get(), "one at a time");
      files.letGo.countDown();
    }
    assertTrue(files.begun.get() >= 1);
  }

  @Test
  void nothingIsBeingForcedOnceItIsClosed() {
    var files = new Forced(true, 1);
    try (var behind = new WriteBehind(files, Workers.of(1))) {
      behind.write(ByteBuffer.allocate(MUCH), new Place(0, 0));
      await(files.first);
      Workers.of(1).beside(files.letGo::countDown);
    }
    assertEquals(files.begun.get(), files.ended.get());
  }

  @Test
  void forcesNothingThatNeedNotBeOnDisk() {
    var files = new Forced(false, 0);
    writeTwice(files, Runnable::run);
    assertEquals(0, files.begun.get());
  }

  @Test
  void aThreadThatComesTooLateFindsNothingToDo() {
    var files = new Forced(true, 0);
    List<Runnable> late = new ArrayList<>();
    writeTwice(files, late::add);
    assertEquals(1, late.size(), "asked for once, since it did not come");
    late.forEach(Runnable::run);
    assertEquals(0, files.begun.get());
  }

  @Test
  void anExecutorThatRunsInItsCallerOrRefusesEndsToo() {
    var files = new Forced(true, 0);
    writeTwice(files, Runnable::run);
    assertEquals(2, files.ended.get());
    var asked = new AtomicInteger();
    writeTwice(
        files,
        work -> {
          asked.incrementAndGet();
          throw new RejectedExecutionException();
        });
    assertEquals(2, asked.get());
    assertEquals(2, files.ended.get());
  }
}
