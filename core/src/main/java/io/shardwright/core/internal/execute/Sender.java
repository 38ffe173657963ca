package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.execute.SentFiles.Part;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The buffers that parts are made in, and the threads that send them meanwhile. Whoever has a
 * buffer gives it back by {@link #send}, or says that it keeps it for a while.
 */
final class Sender implements AutoCloseable {
  /** One connection to a store is slower than a machine's network. */
  private static final int CONNECTIONS = 8;

  /** What is told when a part is sent. */
  interface Sent {
    void part(Part part, long crc);
  }

  private final SentFiles files;
  private final Sent sent;
  private final int bufferBytes;
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          CONNECTIONS,
          work -> {
            var thread = new Thread(work, "shardwright-send");
            thread.setDaemon(true);
            return thread;
          });
  private int unmade;
  private int filling;
  private int sending;
  private Throwable failure;

  /** With so many buffers for parts of at most so many bytes. */
  Sender(SentFiles files, int bufferBytes, int buffers, Sent sent) {
    this.files = files;
    this.bufferBytes = bufferBytes;
    this.sent = sent;
    unmade = buffers;
  }

  /**
   * Takes buffers, all of them or none.
   *
   * @return none where too few are free, and no more will be before one is given that was kept
   */
  synchronized ByteBuffer[] take(int count) {
    while (spare.size() + unmade < count && sending + filling > 0 && failure == null) {
      await();
    }
    require();
    if (spare.size() + unmade < count) {
      return new ByteBuffer[0];
    }
    var taken = new ByteBuffer[count];
    for (int at = 0; at < count; at++) {
      if (spare.isEmpty()) {
        spare.add(ByteBuffer.allocateDirect(bufferBytes));
        unmade--;
      }
      taken[at] = spare.pop();
    }
    filling += count;
    return taken;
  }

  private void await() {
    try {
      wait();
    } catch (InterruptedException cancel) {
      Thread.currentThread().interrupt();
      throw Interruption.failure();
    }
  }

  private void require() {
    if (failure instanceof RuntimeException known) {
      throw known;
    } else if (failure instanceof Error error) {
      throw error;
    }
  }

  /** Says that a buffer will not be given back soon. */
  synchronized void keep() {
    filling--;
    notifyAll();
  }

  /** Gives a buffer back that was kept. */
  synchronized void give(ByteBuffer buffer) {
    spare.push(buffer);
    notifyAll();
  }

  /** Has a part sent, and its buffer given back, which was kept before. */
  synchronized void send(Part part, ByteBuffer buffer) {
    require();
    sending++;
    threads.execute(
        () -> {
          Throwable problem = null;
          try {
            ByteBuffer bytes = bytes(part, buffer);
            long crc = ContentHash.crc(bytes);
            files.send(part, bytes, crc);
            sent.part(part, crc);
          } catch (RuntimeException | Error thrown) {
            problem = thrown;
          }
          done(buffer, problem);
        });
  }

  /** The bytes of a part in its buffer. */
  static ByteBuffer bytes(Part part, ByteBuffer buffer) {
    return buffer.duplicate().clear().limit(part.size());
  }

  private synchronized void done(ByteBuffer buffer, Throwable problem) {
    failure = failure == null ? problem : failure;
    sending--;
    give(buffer);
  }

  /** Waits until all is sent. */
  synchronized void drain() {
    while (sending > 0 && failure == null) {
      await();
    }
    require();
  }

  /** Nothing is sent any more when it is closed. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException cancel) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
