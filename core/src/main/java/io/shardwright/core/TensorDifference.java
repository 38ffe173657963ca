package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.Optional;

/**
 * A tensor in which two checkpoints differ.
 *
 * @param kind in what
 * @param name canonical, or as it is stored where no family is known
 * @param first what the first checkpoint has; empty where it lacks it
 * @param second what the second checkpoint has; empty where it lacks it
 * @param compared elements that were compared
 * @param differing how many of those differ
 * @param maxAbsolute the largest difference of two values; 0 where none could be taken
 * @param maxRelative the largest difference in proportion to the larger of the two values
 */
public record TensorDifference(
    Kind kind,
    String name,
    Optional<TensorSpec> first,
    Optional<TensorSpec> second,
    long compared,
    long differing,
    double maxAbsolute,
    double maxRelative) {

  /** In what two tensors can differ. */
  public enum Kind {
    /** The second checkpoint lacks it. */
    ONLY_IN_FIRST,
    /** The first checkpoint lacks it. */
    ONLY_IN_SECOND,
    /** Shapes differ, beyond vocabulary padding; values were not compared. */
    SHAPE,
    /** Element types differ; values were compared as numbers. */
    DTYPE,
    /** Values differ. */
    VALUES,
    /** One has rows behind the other's last that are not zero. */
    ROWS
  }
}
