package io.shardwright.spi.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A box of elements within a tensor.
 *
 * @param offset first index on each axis, at least 0
 * @param shape extents of the box in elements; its rank is the length of {@code offset}
 */
public record Region(List<Long> offset, Shape shape) {
  /**
   * Checks that both components have the same rank and no offset is negative.
   *
   * @param offset copied
   * @param shape kept as given
   * @throws IllegalArgumentException if not
   */
  public Region {
    offset = List.copyOf(offset);
    boolean fits = offset.size() == shape.rank();
    for (long first : offset) {
      fits &= first >= 0;
    }
    if (!fits) {
      throw new IllegalArgumentException("offset " + offset + " does not fit shape " + shape);
    }
  }

  /**
   * Makes the box that is the whole tensor.
   *
   * @param shape the tensor's extents
   * @return offset 0 on every axis
   */
  public static Region whole(Shape shape) {
    return new Region(Collections.nCopies(shape.rank(), 0L), shape);
  }

  /**
   * Returns the first index past the box on one axis.
   *
   * @param axis the axis, from 0
   * @return offset plus extent, in elements
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long end(int axis) {
    return Math.addExact(offset.get(axis), shape.dim(axis));
  }

  /**
   * Tells whether two boxes of one tensor share an element.
   *
   * @param other a box of the same rank
   * @return false if they share none, or one of them is empty
   */
  public boolean overlaps(Region other) {
    if (shape.elements() == 0 || other.shape.elements() == 0) {
      return false;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (end(axis) <= other.offset.get(axis) || other.end(axis) <= offset.get(axis)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the box of the elements that two boxes of one tensor share.
   *
   * @param other a box of the same rank
   * @return the box; empty if they share none
   */
  public Optional<Region> intersection(Region other) {
    if (!overlaps(other)) {
      return Optional.empty();
    }
    var from = new ArrayList<Long>();
    var extents = new ArrayList<Long>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      from.add(Math.max(offset.get(axis), other.offset.get(axis)));
      extents.add(Math.min(end(axis), other.end(axis)) - from.get(axis));
    }
    return Optional.of(new Region(from, new Shape(extents)));
  }
}
