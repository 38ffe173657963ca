package io.shardwright.spi.error;

/** Thrown if continuing could harm the user, such as by replacing a file or losing values. */
public final class UnsafeCheckpointException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where file, member, offset or rank
   * @param problem what was expected, what was found, what to do
   */
  public UnsafeCheckpointException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
  }
}
