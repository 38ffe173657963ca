package io.shardwright.spi;

import java.util.Set;

/**
 * The parallel dimensions of a family. A dimension that is absent is limited to size 1; the engine
 * enforces that.
 *
 * @param dimensions those that may be larger than 1
 */
public record SupportedParallelism(Set<ParallelDimension> dimensions) {
  /**
   * Copies the set.
   *
   * @param dimensions see the record
   */
  public SupportedParallelism {
    dimensions = Set.copyOf(dimensions);
  }

  /**
   * The dimensions that may be larger than 1.
   *
   * @param dimensions each at most once
   * @return the declaration
   * @throws IllegalArgumentException if one is given twice
   */
  public static SupportedParallelism of(ParallelDimension... dimensions) {
    return new SupportedParallelism(Set.of(dimensions));
  }

  /**
   * Whether a size is within the family's limits.
   *
   * @param dimension which
   * @param size at least 1
   * @return false where {@code size} is above 1 and the dimension is absent
   */
  public boolean allows(ParallelDimension dimension, int size) {
    return size <= 1 || dimensions.contains(dimension);
  }
}
