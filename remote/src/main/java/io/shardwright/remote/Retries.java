package io.shardwright.remote;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;

/**
 * Calls again what failed, after pauses that double, each drawn from its upper half so that many
 * clients don't call at once. An attempt that brought bytes is no failure: the count begins anew.
 *
 * @param attempts without any progress, the first included
 * @param first the first pause
 * @param longest the longest pause, and the longest that a server may ask for
 * @param sleep waits for milliseconds
 */
record Retries(int attempts, Duration first, Duration longest, LongConsumer sleep) {
  /** Half a minute of pauses in all, where no server asks for longer ones. */
  static final Retries STANDARD =
      new Retries(7, Duration.ofMillis(500), Duration.ofSeconds(60), Retries::pause);

  /** The same with another number of attempts. */
  Retries of(int other) {
    return new Retries(other, first, longest, sleep);
  }

  /** The same with another way to wait. */
  Retries pausing(LongConsumer other) {
    return new Retries(attempts, first, longest, other);
  }

  /** One attempt. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** Tells whether anything was got since the attempt before. */
  interface Progress {
    boolean made();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException cancel) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Calls until it works.
   *
   * @param where for the message
   * @throws CheckpointIoException with {@link ErrorCode#NETWORK_FAILED} if it never does
   */
  <T> T run(String where, Attempt<T> attempt) {
    return run(where, attempt, () -> false);
  }

  /** The same for what goes on where it was broken off. */
  <T> T run(String where, Attempt<T> attempt, Progress progress) {
    int failed = 0;
    int tried = 0;
    while (true) {
      try {
        return attempt.run();
      } catch (IOException failure) {
        boolean made = progress.made();
        failed = (made ? 0 : failed) + weight(failure);
        tried = (made ? 0 : tried) + 1;
        if (failed >= attempts) {
          throw given(where, tried, failure);
        }
        pause(where, failed, failure);
      }
    }
  }

  /** A host that isn't there at all will hardly come. */
  private static int weight(IOException failure) {
    boolean absent =
        failure instanceof UnknownHostException
            || failure instanceof ConnectException
            || failure instanceof NoRouteToHostException;
    return absent ? 2 : 1;
  }

  private void pause(String where, int failed, IOException failure) {
    long doubled = Math.min(longest.toMillis(), first.toMillis() << Math.min(failed - 1, 20));
    long drawn = ThreadLocalRandom.current().nextLong(doubled / 2, doubled + 1);
    long asked = failure instanceof Busy busy ? busy.after().map(Duration::toMillis).orElse(0L) : 0;
    sleep.accept(Math.min(longest.toMillis(), Math.max(drawn, asked)));
    if (Thread.currentThread().isInterrupted()) {
      throw new CheckpointIoException(ErrorCode.INTERRUPTED, where, "interrupted");
    }
  }

  /** Reads and writes fail alike here, so the message names neither. */
  private static CheckpointIoException given(String where, int tried, IOException last) {
    String attempts = tried == 1 ? "the request failed: " : tried + " attempts failed; the last: ";
    return new CheckpointIoException(ErrorCode.NETWORK_FAILED, where, attempts + said(last));
  }

  /** Refuses a body that ended before it should. */
  static void requireFull(ByteBuffer range) throws IOException {
    if (range.hasRemaining()) {
      throw new IOException("the answer ended " + range.remaining() + " bytes early");
    }
  }

  /** The JDK's messages may hold whole addresses, and of an unknown host its name alone. */
  private static String said(IOException failure) {
    String text = failure.getMessage();
    if (text == null) {
      return failure.getClass().getSimpleName();
    }
    String shown = Addresses.shown(text);
    return failure instanceof UnknownHostException ? "unknown host " + shown : shown;
  }
}
