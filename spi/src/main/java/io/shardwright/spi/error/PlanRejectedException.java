package io.shardwright.spi.error;

import java.util.List;

/** The request can't be carried out: every reason at once. */
public final class PlanRejectedException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /** All reasons; each is a full sentence with the legal values. */
  private final transient List<String> problems;

  /**
   * A refusal.
   *
   * @param code the first reason's code
   * @param where the source
   * @param problems at least one
   */
  public PlanRejectedException(ErrorCode code, String where, List<String> problems) {
    super(code, where, String.join("\n  ", problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * All reasons.
   *
   * @return at least one
   */
  public List<String> problems() {
    return problems;
  }
}
