package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Splits a range of an axis into boxes over the factors of which the axis consists. */
final class FactoredInterval {
  private FactoredInterval() {}

  /**
   * The fewest boxes by plain subdivision: at most two per factor and one more. An axis without
   * indexes is one box without any.
   *
   * @param extents of the factors, outermost first
   * @param from first flat index
   * @param to flat index after the last
   */
  static List<Region> boxes(List<Long> extents, long from, long to) {
    if (extents.isEmpty()) {
      return from < to ? List.of(new Region(List.of(), Shape.of())) : List.of();
    }
    if (extents.contains(0L)) {
      return List.of(Region.whole(new Shape(extents)));
    }
    var found = new ArrayList<Region>();
    collect(extents, 0, from, to, List.of(), found);
    return found;
  }

  private static void collect(
      List<Long> extents, int depth, long from, long to, List<Long> prefix, List<Region> found) {
    if (from >= to) {
      return;
    }
    long inner = extents.subList(depth + 1, extents.size()).stream().reduce(1L, (a, b) -> a * b);
    if (from % inner == 0 && to % inner == 0) {
      found.add(box(extents, depth, from / inner, to / inner, prefix));
      return;
    }
    long index = from / inner;
    long firstEnd = Math.min(to, (index + 1) * inner);
    if (from % inner != 0 || to < (index + 1) * inner) {
      within(extents, depth, index, from, firstEnd, prefix, found);
      collect(extents, depth, firstEnd, to, prefix, found);
      return;
    }
    long whole = to / inner;
    found.add(box(extents, depth, index, whole, prefix));
    within(extents, depth, whole, whole * inner, to, prefix, found);
  }

  private static void within(
      List<Long> extents,
      int depth,
      long index,
      long from,
      long to,
      List<Long> prefix,
      List<Region> found) {
    long inner = extents.subList(depth + 1, extents.size()).stream().reduce(1L, (a, b) -> a * b);
    var longer = new ArrayList<>(prefix);
    longer.add(index);
    collect(extents, depth + 1, from - index * inner, to - index * inner, longer, found);
  }

  private static Region box(List<Long> extents, int depth, long from, long to, List<Long> prefix) {
    var offset = new ArrayList<>(prefix);
    var shape = new ArrayList<Long>();
    prefix.forEach(index -> shape.add(1L));
    offset.add(from);
    shape.add(to - from);
    for (int k = depth + 1; k < extents.size(); k++) {
      offset.add(0L);
      shape.add(extents.get(k));
    }
    return new Region(offset, new Shape(shape));
  }
}
