package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The place of the elements of a box of a logical tensor in a storage: the element at index i,
 * relative to the box, lies at {@code start + Σ i[k]·strides[k]}.
 *
 * @param logical the box
 * @param start in elements from the storage's start
 * @param strides in elements, one per axis
 */
public record View(Region logical, long start, List<Long> strides) {

  /** The part of this view that lies within a tensor with fewer rows on axis 0. */
  public Optional<View> within(Shape bounds) {
    if (isWithin(bounds)) {
      return Optional.of(this);
    }
    long rows = bounds.dim(0) - logical.offset().get(0);
    return rows <= 0
        ? Optional.empty()
        : Optional.of(
            new View(new Region(logical.offset(), logical.shape().with(0, rows)), start, strides));
  }

  /** Whether a tensor with fewer rows on axis 0 has all of it. */
  public boolean isWithin(Shape bounds) {
    return bounds.rank() == 0 || logical.end(0) <= bounds.dim(0);
  }

  /** The part of this view that lies within a box. */
  public Optional<View> within(Region box) {
    return logical.intersection(box).map(part -> new View(part, place(part.offset()), strides));
  }

  /** A piece of it, at its place in the logical tensor. */
  View moved(int axis, SegmentedAxis.Piece piece, long first) {
    var offset = new ArrayList<>(logical.offset());
    offset.set(axis, piece.canonical());
    var box = new Region(offset, logical.shape().with(axis, piece.length()));
    return new View(box, start + (piece.stored() - first) * strides.get(axis), strides);
  }

  private long place(List<Long> index) {
    long at = start;
    for (int axis = 0; axis < strides.size(); axis++) {
      at += (index.get(axis) - logical.offset().get(axis)) * strides.get(axis);
    }
    return at;
  }

  private boolean empty() {
    return logical.shape().elements() == 0;
  }

  /** The last place in the storage; -1 where there is no element. */
  public long last() {
    long at = start;
    for (int axis = 0; axis < strides.size(); axis++) {
      at += (logical.shape().dim(axis) - 1) * strides.get(axis);
    }
    return empty() ? -1 : at;
  }

  /**
   * The parts of it whose places lie in a range of the storage: few where its axes are nested.
   *
   * @param from the first place, at least 0
   * @param to the place after the last
   */
  public List<View> between(long from, long to) {
    var found = new ArrayList<View>();
    between(from, to, found);
    return found;
  }

  private void between(long from, long to, List<View> found) {
    long last = last();
    if (empty() || last < from || start >= to) {
      return;
    }
    if (start >= from && last < to) {
      found.add(this);
      return;
    }
    int axis = outermost();
    long stride = strides.get(axis);
    long count = logical.shape().dim(axis);
    long inner = last - (count - 1) * stride - start;
    long first = Math.max(0, up(from - inner - start, stride));
    long end = Math.min(count, up(to - start, stride));
    long whole = Math.min(end, Math.max(first, up(from - start, stride)));
    long wholeEnd = Math.max(whole, Math.min(end, up(to - inner - start, stride)));
    for (long at = first; at < whole; at++) {
      slab(axis, at, 1).between(from, to, found);
    }
    if (whole < wholeEnd) {
      found.add(slab(axis, whole, wholeEnd - whole));
    }
    for (long at = wholeEnd; at < end; at++) {
      slab(axis, at, 1).between(from, to, found);
    }
  }

  /** The axis with the longest stride of those along which there are several elements. */
  private int outermost() {
    return IntStream.range(0, strides.size())
        .filter(axis -> logical.shape().dim(axis) > 1)
        .boxed()
        .max(Comparator.comparing(strides::get))
        .orElseThrow();
  }

  private static long up(long value, long unit) {
    return -Math.floorDiv(-value, unit);
  }

  private View slab(int axis, long first, long count) {
    var offset = new ArrayList<>(logical.offset());
    offset.set(axis, offset.get(axis) + first);
    var box = new Region(offset, logical.shape().with(axis, count));
    return new View(box, start + first * strides.get(axis), strides);
  }

  /** The same elements in a storage in which they lie further behind. */
  public View behind(long elements) {
    return new View(logical, start + elements, strides);
  }

  /** Whether no two elements have one place: each stride steps over all that is inside it. */
  public boolean injective() {
    if (empty()) {
      return true;
    }
    var axes =
        IntStream.range(0, strides.size())
            .filter(axis -> logical.shape().dim(axis) > 1)
            .boxed()
            .sorted(Comparator.comparing(strides::get))
            .toList();
    long inside = 1;
    for (int axis : axes) {
      if (strides.get(axis) < inside) {
        return false;
      }
      inside = Math.multiplyExact(strides.get(axis), logical.shape().dim(axis));
    }
    return true;
  }

  /**
   * Whether no place belongs to both views: they are of different ranges, or parts of one larger
   * injective view whose boxes do not overlap.
   */
  public boolean apart(View other) {
    if (empty() || other.empty() || last() < other.start || other.last() < start) {
      return true;
    }
    long shift = start;
    for (int axis = 0; axis < strides.size(); axis++) {
      long difference = other.logical.offset().get(axis) - logical.offset().get(axis);
      shift += difference * strides.get(axis);
    }
    return strides.equals(other.strides)
        && (shift == other.start && !logical.overlaps(other.logical) || apartOnAnAxis(other));
  }

  /**
   * Whether two views of one storage, whose strides count its axes, are of different boxes of it.
   */
  private boolean apartOnAnAxis(View other) {
    var axes =
        IntStream.range(0, strides.size())
            .boxed()
            .sorted(
                Comparator.<Integer, Long>comparing(strides::get)
                    .thenComparing(
                        axis ->
                            Math.max(logical.shape().dim(axis), other.logical.shape().dim(axis)))
                    .reversed())
            .toList();
    long rest = start;
    long otherRest = other.start;
    long outer = Long.MAX_VALUE;
    boolean apart = false;
    for (int axis : axes) {
      long stride = Math.max(1, strides.get(axis));
      long end = rest / stride + logical.shape().dim(axis);
      long otherEnd = otherRest / stride + other.logical.shape().dim(axis);
      if (Math.max(end, otherEnd) > outer / stride) {
        return false;
      }
      apart |= end <= otherRest / stride || otherEnd <= rest / stride;
      rest %= stride;
      otherRest %= stride;
      outer = stride;
    }
    return apart && rest == otherRest;
  }
}
