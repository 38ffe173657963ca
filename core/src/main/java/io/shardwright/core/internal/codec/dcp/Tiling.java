package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells whether boxes hold every element of a tensor once, in time that grows with their number.
 *
 * <p>How often boxes hold an element is a sum of steps at their corners: each corner adds 1 or -1
 * to every element that lies behind it on all axes, by the parity of the axes on which it is an
 * end. So boxes hold all elements once if their corners cancel out against those of the whole, and
 * at the first that is left, in row-major order, one is missing or held twice.
 */
final class Tiling {
  /** Elements at which boxes begin to miss or to repeat some. */
  record Fault(List<Long> element, boolean missing) {}

  private static final int COST = 72;

  private final Shape shape;
  private final Boxes boxes;
  private final int[] order;
  private final Guard guard;
  private final String where;
  private final List<Integer> cut = new ArrayList<>();
  private final Map<Long, Integer> corners = new HashMap<>();

  private Tiling(Shape shape, Boxes boxes, int[] order, Guard guard, String where) {
    this.shape = shape;
    this.boxes = boxes;
    this.order = order;
    this.guard = guard;
    this.where = where;
  }

  /**
   * The first element that is not held once.
   *
   * @param order the boxes that are not empty; few corners are open at a time where they follow
   *     each other
   */
  static Optional<Fault> fault(Shape shape, Boxes boxes, int[] order, Guard guard, String where) {
    return new Tiling(shape, boxes, order, guard, where).fault();
  }

  private Optional<Fault> fault() {
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (isCut(axis)) {
        cut.add(axis);
      }
    }
    long all = cut.size() < Integer.SIZE ? (long) order.length << cut.size() : Long.MAX_VALUE;
    guard.require(Limit.PICKLE_OPS, all, where);
    requireNumbered();
    add(0, 0, 1, -1);
    for (int box : order) {
      add(0, 0, -1, box);
    }
    Optional<Fault> fault =
        corners.isEmpty()
            ? Optional.empty()
            : Optional.of(fault(Collections.min(corners.keySet())));
    guard.giveBack((long) COST * corners.size());
    return fault;
  }

  /** Corners are numbered row-major, so their number fits a long. */
  private void requireNumbered() {
    long left = Long.MAX_VALUE;
    for (int axis : cut) {
      left /= shape.dim(axis) + 1;
    }
    if (left == 0) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, where, "shape " + shape + " is cut on " + cut.size() + " axes");
    }
  }

  /** Axes on which every box is whole don't count. */
  private boolean isCut(int axis) {
    for (int box : order) {
      if (boxes.size(box, axis) != shape.dim(axis)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the corners of a box, or of the whole where it is -1, from one of the axes on. */
  private void add(int at, long corner, int sign, int box) {
    if (at == cut.size()) {
      count(corner, sign);
      return;
    }
    int axis = cut.get(at);
    long begin = box < 0 ? 0 : boxes.offset(box, axis);
    long end = box < 0 ? shape.dim(axis) : boxes.end(box, axis);
    long before = corner * (shape.dim(axis) + 1);
    add(at + 1, before + begin, sign, box);
    add(at + 1, before + end, -sign, box);
  }

  private void count(long corner, int sign) {
    Integer before = corners.get(corner);
    if (before == null) {
      guard.take(COST, where);
      corners.put(corner, sign);
    } else if (before + sign == 0) {
      guard.giveBack(COST);
      corners.remove(corner);
    } else {
      corners.put(corner, before + sign);
    }
  }

  private Fault fault(long corner) {
    var element = new ArrayList<>(Collections.nCopies(shape.rank(), 0L));
    long rest = corner;
    for (int at = cut.size() - 1; at >= 0; at--) {
      long ends = shape.dim(cut.get(at)) + 1;
      element.set(cut.get(at), rest % ends);
      rest /= ends;
    }
    return new Fault(List.copyOf(element), corners.get(corner) > 0);
  }
}
