package io.shardwright.core.internal.bytes;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Makes the exception for a failure to read, with a message in the user's words. */
public final class ReadFailure {
  private ReadFailure() {}

  /**
   * What happened.
   *
   * @param where the file or folder
   * @param attempt what can't be done with it: {@code listed}
   */
  public static CheckpointIoException of(String where, String attempt, IOException failure) {
    return failure instanceof ClosedByInterruptException
        ? new CheckpointIoException(ErrorCode.INTERRUPTED, where, "interrupted")
        : new CheckpointIoException(
            ErrorCode.READ_FAILED, where, "can't be " + attempt + ": " + Reason.of(failure));
  }
}
