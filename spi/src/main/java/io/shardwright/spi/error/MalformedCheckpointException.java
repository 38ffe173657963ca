package io.shardwright.spi.error;

/** Thrown if the input breaks the grammar of its format. */
public final class MalformedCheckpointException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where file, member, offset or rank
   * @param problem what was expected, what was found, what to do
   */
  public MalformedCheckpointException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
  }
}
