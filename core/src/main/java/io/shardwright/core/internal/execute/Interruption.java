package io.shardwright.core.internal.execute;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Signals that the caller has cancelled the run. */
public final class Interruption {
  private Interruption() {}

  /** What is done whatever anybody wishes. */
  public interface Action {
    /** Does it. */
    void run() throws IOException;
  }

  /**
   * Ends a run that is to end.
   *
   * @throws CheckpointIoException if the thread is interrupted
   */
  public static void heed() {
    if (Thread.currentThread().isInterrupted()) {
      throw failure();
    }
  }

  static CheckpointIoException failure() {
    return new CheckpointIoException(ErrorCode.INTERRUPTED, "run", "interrupted");
  }

  /** Does something to its end; an interruption is there again afterwards. */
  public static void withhold(Action action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      action.run();
    } catch (ClosedByInterruptException justNow) {
      withhold(action);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
