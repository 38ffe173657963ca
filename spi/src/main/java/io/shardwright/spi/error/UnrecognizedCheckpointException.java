package io.shardwright.spi.error;

/** Thrown if no format or family claims the input, or several do. */
public final class UnrecognizedCheckpointException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where file, member, offset or rank
   * @param problem what was expected, what was found, what to do
   */
  public UnrecognizedCheckpointException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
  }
}
