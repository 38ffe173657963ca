package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriteBehindTest {
  private static final int MUCH = 40 << 20;

  /** Counts how often it is forced, and can be made to take its time over it. */
  private static final class Forced implements OutputFiles {
    private final boolean durable;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private Forced(boolean durable) {
      this.durable = durable;
    }

    @Override
    public boolean durable() {
      return durable;
    }

    @Override
    public void force() {
      begun.incrementAndGet();
      first.countDown();
      await(goOn);
      ended.incrementAndGet();
    }

    @Override
    public void write(ByteBuffer bytes, Place place) {}

    @Override
    public void read(ByteBuffer bytes, Place place) {}

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException cancelled) {
        throw new IllegalStateException(cancelled);
      }
    }
  }

  private static void write(OutputFiles files) {
    files.write(ByteBuffer.allocate(MUCH), new Place(0, 0));
  }

  @Test
  void forcesWhatWasWrittenWhileMoreIsWritten() {
    var files = new Forced(true);
    try (var behind = WriteBehind.start(files, Workers.of(1))) {
      write(behind);
      Forced.await(files.first);
      write(behind);
      files.goOn.countDown();
    }
    assertTrue(files.begun.get() >= 1);
  }

  @Test
  void nothingIsBeingForcedOnceItIsClosed() {
    var files = new Forced(true);
    try (var behind = WriteBehind.start(files, Workers.of(1))) {
      write(behind);
      Forced.await(files.first);
      Workers.of(1).beside(files.goOn::countDown);
    }
    assertEquals(files.begun.get(), files.ended.get());
  }

  @Test
  void forcesNothingThatNeedNotBeOnDisk() {
    var files = new Forced(false);
    try (var behind = WriteBehind.start(files, new Workers(1, Runnable::run))) {
      write(behind);
      assertFalse(behind.durable());
    }
    assertEquals(0, files.begun.get());
  }

  @Test
  void endsWhereNoThreadIsToBeHadOrOneComesTooLate() {
    var files = new Forced(true);
    Runnable[] given = new Runnable[1];
    try (var behind = WriteBehind.start(files, new Workers(1, work -> given[0] = work))) {
      write(behind);
    }
    given[0].run();
    assertEquals(0, files.begun.get());
  }
}
