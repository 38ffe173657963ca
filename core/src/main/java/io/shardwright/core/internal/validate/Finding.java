package io.shardwright.core.internal.validate;

/**
 * Something that does not fit, or that an author should know.
 *
 * @param subject a tensor, a pattern of several, or a row
 * @param tensors how many it is about; 0 for a row
 * @param line of the row that it is about; 0 for none
 * @param text a sentence
 */
public record Finding(Kind kind, String subject, int tensors, int line, String text) {
  /** What does not fit. */
  public enum Kind {
    /** The family does not claim the checkpoint. */
    NOT_CLAIMED,
    /** A tensor that no row in force is. */
    UNMATCHED,
    /** A tensor that several rows are. */
    AMBIGUOUS,
    /** A shape that its row forbids. */
    SHAPE,
    /** A row in force that no tensor is. */
    UNUSED,
    /** Something else that keeps the family from describing the checkpoint. */
    OTHER,
    /** A row that is optional and that no tensor is. */
    ABSENT,
    /** A row whose conditions do not hold. */
    NOT_IN_FORCE
  }

  /** Whether it keeps the family from fitting. */
  public boolean problem() {
    return kind != Kind.ABSENT && kind != Kind.NOT_IN_FORCE;
  }
}
