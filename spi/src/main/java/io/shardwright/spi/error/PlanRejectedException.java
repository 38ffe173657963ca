package io.shardwright.spi.error;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Thrown if a request can't be carried out; it holds every reason and the possible alternatives.
 */
public final class PlanRejectedException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /** All reasons; each is a full sentence with the legal values. */
  private final transient List<String> problems;

  private final transient List<Alternative> alternatives;

  /**
   * A model-parallel grid of as many ranks, with everything else as requested.
   *
   * @param tensor tensor-parallel ranks
   * @param pipeline pipeline stages
   */
  public record Alternative(int tensor, int pipeline) {
    @Override
    public String toString() {
      return "TP " + tensor + ", PP " + pipeline;
    }
  }

  /**
   * A refusal.
   *
   * @param code the first reason's code
   * @param where the source
   * @param problems at least one
   */
  public PlanRejectedException(ErrorCode code, String where, List<String> problems) {
    this(code, where, problems, List.of());
  }

  /**
   * A refusal with alternatives.
   *
   * @param code the first reason's code
   * @param where the source
   * @param problems at least one
   * @param alternatives grids that are possible, have as many ranks as the refused one, and are
   *     next to it; the nearest first
   */
  public PlanRejectedException(
      ErrorCode code, String where, List<String> problems, List<Alternative> alternatives) {
    super(code, where, String.join("\n  ", problems) + hint(alternatives));
    this.problems = List.copyOf(problems);
    this.alternatives = List.copyOf(alternatives);
  }

  private static String hint(List<Alternative> alternatives) {
    if (alternatives.isEmpty()) {
      return "";
    }
    Alternative first = alternatives.get(0);
    return "\n  hint: with the same "
        + (long) first.tensor() * first.pipeline()
        + " ranks, "
        + alternatives.stream().map(Alternative::toString).collect(Collectors.joining(" or "))
        + (alternatives.size() == 1 ? " is" : " are")
        + " possible";
  }

  /**
   * All reasons, in the API's words.
   *
   * @return at least one
   */
  public List<String> problems() {
    return problems(Remedy::toString);
  }

  /**
   * All reasons, in a caller's words.
   *
   * @param words what a setting is called
   * @return at least one
   */
  public List<String> problems(Function<Remedy, String> words) {
    return Remedy.say(problems, words);
  }

  /**
   * Grids that could be requested instead, with everything else unchanged.
   *
   * @return the nearest first; none where no grid of as many ranks is possible
   */
  public List<Alternative> alternatives() {
    return alternatives;
  }
}
