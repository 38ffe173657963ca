package io.shardwright.core.outline;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a checkpoint holds of an optimizer.
 *
 * @param kind the form in which it is stored, such as {@code fully_reshardable}; empty where
 *     unknown
 * @param step how many steps it did; empty where unknown
 * @param consumedSamples how many samples the training had seen; empty where unknown
 * @param states what it keeps for each parameter, such as {@code exp_avg}; none where its form is
 *     not read
 * @param bytes of all of these
 */
public record OptimizerOutline(
    Optional<String> kind,
    OptionalLong step,
    OptionalLong consumedSamples,
    List<String> states,
    long bytes) {
  /**
   * Copies the list.
   *
   * @param kind not null
   * @param step not null
   * @param consumedSamples not null
   * @param states in their order
   * @param bytes at least 0
   */
  public OptimizerOutline {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(consumedSamples, "consumedSamples");
    states = List.copyOf(states);
  }
}
