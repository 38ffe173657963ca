package io.shardwright.core.internal.publish;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** Says in the user's words why writing failed. */
final class WriteFailure {
  private WriteFailure() {}

  static CheckpointIoException of(Path target, IOException failure) {
    if (failure instanceof ClosedByInterruptException) {
      return new CheckpointIoException(
          ErrorCode.INTERRUPTED, target.toString(), "interrupted; nothing was left behind");
    }
    String reason =
        failure instanceof AccessDeniedException
            ? "permission denied for " + failure.getMessage()
            : failure.getMessage();
    return new CheckpointIoException(
        ErrorCode.WRITE_FAILED, target.toString(), "can't be written: " + reason);
  }
}
