package io.shardwright.core;

import io.shardwright.spi.tensor.TensorSpec;
import java.util.Optional;

/**
 * A tensor in which two checkpoints differ.
 *
 * @param kind the kind of difference
 * @param name the canonical name; the stored name if no family is known
 * @param first the first checkpoint's tensor; empty if it lacks it
 * @param second the second checkpoint's tensor; empty if it lacks it
 * @param compared number of elements that were compared
 * @param differing number of those that differ
 * @param maxAbsolute the largest absolute difference of two values; 0 if none was computed
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

  /** The kinds of differences between two tensors. */
  public enum Kind {
    /** The second checkpoint lacks the tensor. */
    ONLY_IN_FIRST,
    /** The first checkpoint lacks the tensor. */
    ONLY_IN_SECOND,
    /** The shapes differ by more than vocabulary padding; values were not compared. */
    SHAPE,
    /** The element types differ; values were compared as numbers. */
    DTYPE,
    /** Values differ. */
    VALUES,
    /** One tensor has more rows than the other, and they are not zero. */
    ROWS
  }
}
