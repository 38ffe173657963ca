package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private static List<Consumer<Object>> tasks(int count, Runnable each) {
    var tasks = new ArrayList<Consumer<Object>>();
    for (int i = 0; i < count; i++) {
      tasks.add(lane -> each.run());
    }
    return tasks;
  }

  @Test
  void runsEveryTaskOnce() {
    var ran = new AtomicInteger();
    Workers.of(4).run(tasks(1_000, ran::incrementAndGet), Object::new);
    assertEquals(1_000, ran.get());
  }

  @Test
  void worksOnAsManyThreadsAsItIsGiven() {
    var meet = new CountDownLatch(3);
    Workers.of(3)
        .run(
            tasks(
                3,
                () -> {
                  meet.countDown();
                  waitFor(meet);
                }),
            Object::new);
    assertEquals(0, meet.getCount());
  }

  @Test
  void givesEachThreadALaneOfItsOwn() {
    Set<Object> lanes = ConcurrentHashMap.newKeySet();
    var meet = new CountDownLatch(2);
    Consumer<Object> task =
        lane -> {
          lanes.add(lane);
          meet.countDown();
          waitFor(meet);
        };
    Workers.of(2).run(List.of(task, task), Object::new);
    assertEquals(2, lanes.size());
  }

  @Test
  void doesEverythingItselfWhereTheExecutorNeverRuns() {
    var ran = new AtomicInteger();
    new Workers(4, never -> {}).run(tasks(10, ran::incrementAndGet), Object::new);
    assertEquals(10, ran.get());
  }

  @Test
  void doesEverythingItselfWhereNoThreadIsToBeHad() {
    for (Throwable reason :
        new Throwable[] {
          new OutOfMemoryError("no thread"), new RejectedExecutionException("no more")
        }) {
      var ran = new AtomicInteger();
      Executor refusing =
          batch -> {
            if (reason instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) reason;
          };
      new Workers(4, refusing).run(tasks(10, ran::incrementAndGet), Object::new);
      assertEquals(10, ran.get());
    }
  }

  @Test
  void stopsAtTheFirstFailureAndThrowsIt() {
    var failure = new IllegalStateException("third");
    var ran = new AtomicInteger();
    Runnable task =
        () -> {
          if (ran.incrementAndGet() == 3) {
            throw failure;
          }
        };
    var workers = new Workers(1, never -> {});
    assertSame(
        failure,
        assertThrows(IllegalStateException.class, () -> workers.run(tasks(10, task), Object::new)));
    assertEquals(3, ran.get());
  }

  @Test
  void throwsWhatAnotherThreadRanInto() {
    var caller = Thread.currentThread();
    var meet = new CountDownLatch(2);
    Runnable task =
        () -> {
          meet.countDown();
          waitFor(meet);
          if (Thread.currentThread() != caller) {
            throw new IllegalStateException("elsewhere");
          }
        };
    assertThrows(IllegalStateException.class, () -> Workers.of(2).run(tasks(2, task), Object::new));
  }

  @Test
  void anInterruptionOfTheCallerEndsTheRun() {
    var caller = Thread.currentThread();
    var refusal =
        assertThrows(
            CheckpointIoException.class,
            () -> Workers.of(2).run(tasks(100, caller::interrupt), Object::new));
    assertEquals(ErrorCode.INTERRUPTED, refusal.code());
    assertTrue(Thread.interrupted());
  }

  @Test
  void doesTwoThingsAtOnce() {
    var meet = new CountDownLatch(2);
    Runnable each =
        () -> {
          meet.countDown();
          waitFor(meet);
        };
    Workers.of(1).both(each, each);
    assertEquals(0, meet.getCount());
  }

  @Test
  void doesTwoThingsWhereNoThreadIsToBeHad() {
    var ran = new ArrayList<String>();
    new Workers(1, never -> {}).both(() -> ran.add("here"), () -> ran.add("there"));
    assertEquals(List.of("here", "there"), ran);
  }

  @Test
  void ofTwoThingsThatFailTheCallersFailureIsThrownWhenBothHaveEnded() {
    var here = new IllegalStateException("here");
    var there = new IllegalStateException("there");
    for (Executor executor : List.<Executor>of(Runnable::run, never -> {})) {
      var workers = new Workers(1, executor);
      var thrown =
          assertThrows(
              IllegalStateException.class, () -> workers.both(failing(here), failing(there)));
      assertSame(here, thrown);
      assertSame(there, thrown.getSuppressed()[0]);
      assertSame(
          there,
          assertThrows(IllegalStateException.class, () -> workers.both(() -> {}, failing(there))));
    }
  }

  private static Runnable failing(RuntimeException failure) {
    return () -> {
      throw failure;
    };
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException cancelled) {
      throw new IllegalStateException(cancelled);
    }
  }
}
