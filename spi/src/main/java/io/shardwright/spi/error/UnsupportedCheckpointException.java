package io.shardwright.spi.error;

/** Thrown if the input is understood but not supported. */
public final class UnsupportedCheckpointException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where file, member, offset or rank
   * @param problem what was expected, what was found, what to do
   */
  public UnsupportedCheckpointException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
  }
}
