package io.shardwright.spi.error;

/**
 * Anything that a user can cause or mend. The message says what, where, expected against found, and
 * what to do.
 */
public abstract sealed class CheckpointException extends RuntimeException
    permits MalformedCheckpointException,
        UnsupportedCheckpointException,
        UnrecognizedCheckpointException,
        UnsafeCheckpointException,
        PlanRejectedException,
        AdapterException,
        CheckpointIoException,
        DeviceException {
  private static final long serialVersionUID = 1L;

  /** The stable reason. */
  private final ErrorCode code;

  CheckpointException(ErrorCode code, String where, String problem) {
    super(code.code() + " " + where + ": " + problem);
    this.code = code;
  }

  /**
   * The stable reason.
   *
   * @return the code
   */
  public ErrorCode code() {
    return code;
  }
}
