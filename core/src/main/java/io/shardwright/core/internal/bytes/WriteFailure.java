package io.shardwright.core.internal.bytes;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Makes the exception for a failure to write, with a message in the user's words.
 *
 * @param target what was to be written
 * @param needed its bytes
 */
public record WriteFailure(Path target, long needed) {
  /** As Linux, macOS and Windows say it in English. */
  private static final List<String> FULL =
      List.of("No space left on device", "not enough space on the disk");

  private static final String QUOTA = "quota exceeded";

  /** What the JDK has no exception for. */
  private static final List<String> DENIED =
      List.of(
          "Permission denied",
          "Read-only file system",
          "Operation not permitted",
          "File name too long");

  /** With less left a disk counts as full: its message may be in another language. */
  private static final long LAST_BYTES = 1 << 16;

  /** What happened. */
  public CheckpointException of(IOException failure) {
    if (failure instanceof ClosedByInterruptException) {
      return new CheckpointIoException(ErrorCode.INTERRUPTED, target.toString(), "interrupted");
    }
    String reason = Reason.of(failure);
    if (failure instanceof FileAlreadyExistsException) {
      return refused(ErrorCode.TARGET_EXISTS, reason + ": choose another name");
    } else if (denied(failure, reason)) {
      return refused(ErrorCode.TARGET_DENIED, "can't be written: " + reason);
    } else if (reason.contains(QUOTA)) {
      return full("the disk quota is exceeded: needs " + needed + " bytes: make room");
    }
    OptionalLong free = FreeSpace.at(target);
    boolean full =
        FULL.stream().anyMatch(reason::contains)
            || free.isPresent() && free.getAsLong() < Math.min(needed, LAST_BYTES);
    return full
        ? full(free.orElse(0))
        : new CheckpointIoException(
            ErrorCode.WRITE_FAILED,
            target.toString(),
            "can't be written: " + reason + "; it needs " + needed + " bytes");
  }

  private static boolean denied(IOException failure, String reason) {
    return failure instanceof AccessDeniedException
        || failure instanceof NotDirectoryException
        || failure instanceof NoSuchFileException
        || DENIED.stream().anyMatch(reason::contains);
  }

  private UnsafeCheckpointException refused(ErrorCode code, String problem) {
    return new UnsafeCheckpointException(code, target.toString(), problem);
  }

  /**
   * Refuses where a disk has less room than is needed.
   *
   * @param present bytes that are there already
   * @throws CheckpointIoException saying how much is free
   */
  public void requireRoom(long present) {
    OptionalLong free = FreeSpace.at(target);
    if (free.isPresent() && free.getAsLong() < needed - present) {
      throw full(free.getAsLong());
    }
  }

  private CheckpointIoException full(long free) {
    return full("the disk is full: needs " + needed + " bytes, " + free + " are free: make room");
  }

  private CheckpointIoException full(String problem) {
    return new CheckpointIoException(
        ErrorCode.DISK_FULL, target.toString(), problem + " or choose another disk");
  }
}
