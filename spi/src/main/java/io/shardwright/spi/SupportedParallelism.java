package io.shardwright.spi;

import java.util.Set;

/**
 * The parallel dimensions that a family supports. The size of a dimension that is absent is limited
 * to 1; the engine enforces that.
 *
 * @param dimensions those whose size may be larger than 1
 */
public record SupportedParallelism(Set<ParallelDimension> dimensions) {
  /**
   * Copies the set.
   *
   * @param dimensions copied
   */
  public SupportedParallelism {
    dimensions = Set.copyOf(dimensions);
  }

  /**
   * Makes a declaration of the dimensions whose size may be larger than 1.
   *
   * @param dimensions each at most once
   * @return the declaration
   * @throws IllegalArgumentException if one is given twice
   */
  public static SupportedParallelism of(ParallelDimension... dimensions) {
    return new SupportedParallelism(Set.of(dimensions));
  }

  /**
   * Tells whether the family supports a size of a dimension.
   *
   * @param dimension the dimension
   * @param size the number of ranks along it, at least 1
   * @return false if {@code size} is above 1 and the dimension is absent
   */
  public boolean allows(ParallelDimension dimension, int size) {
    return size <= 1 || dimensions.contains(dimension);
  }
}
