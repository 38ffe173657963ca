package io.shardwright.spi.error;

/** Thrown if reading or writing fails. */
public final class CheckpointIoException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /** The file, as the message names it. */
  private final String where;

  /** What is wrong, without the remedy. */
  private final String problem;

  /**
   * A failure at one place.
   *
   * @param code the stable reason
   * @param where file, member, offset or rank
   * @param problem what was expected, what was found, what to do
   */
  public CheckpointIoException(ErrorCode code, String where, String problem) {
    super(code, where, problem);
    this.where = where;
    this.problem = problem;
  }

  /**
   * The same failure with what follows from it.
   *
   * @param consequence what remains, and what to do
   * @return a failure of the same code, caused by this one
   */
  public CheckpointIoException followedBy(String consequence) {
    var whole = new CheckpointIoException(code(), where, problem + "; " + consequence);
    whole.initCause(this);
    return whole;
  }
}
