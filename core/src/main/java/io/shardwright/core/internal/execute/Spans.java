package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * The spans of a view: runs of elements that are contiguous both in the logical tensor's row-major
 * order and in the storage. Spans are numbered in logical order. All numbers are elements.
 */
final class Spans {
  /** A storage is worth reading through where one in so many of its elements is wanted. */
  private static final int LEAST_DENSITY = 4;

  private final View view;
  private final Shape box;
  private final Shape logical;
  private final int axis;

  /** Per axis outside a span: how many, and the distance between neighbours on either side. */
  private final long[] extents;

  private final long[] logicalSteps;
  private final long[] storedSteps;
  private final long logicalBase;
  private final long length;
  private final long count;

  Spans(View view, Shape logical) {
    this.view = view;
    this.box = view.logical().shape();
    this.logical = logical;
    this.axis = innermostOuterAxis();
    this.length = box.elementsFrom(axis);
    this.count = length == 0 ? 0 : box.elements() / length;
    this.extents = outside(box.dims());
    this.logicalSteps = outside(logical.rowMajorStrides());
    this.storedSteps = outside(view.strides());
    this.logicalBase = logicalBase();
  }

  private long[] outside(List<Long> perAxis) {
    return perAxis.stream().limit(axis).mapToLong(Long::longValue).toArray();
  }

  private long logicalBase() {
    long at = 0;
    for (int k = 0; k < box.rank(); k++) {
      at += view.logical().offset().get(k) * logical.elementsFrom(k + 1);
    }
    return at;
  }

  /** The outermost axis that a span has. */
  private int innermostOuterAxis() {
    int first = box.rank();
    while (first > 0 && spans(first - 1)) {
      first--;
    }
    return first;
  }

  private boolean spans(int candidate) {
    boolean insideIsWhole =
        candidate + 1 == box.rank()
            || box.elementsFrom(candidate + 1) == logical.elementsFrom(candidate + 1);
    boolean dense =
        box.dim(candidate) == 1 || view.strides().get(candidate) == box.elementsFrom(candidate + 1);
    return insideIsWhole && dense;
  }

  long count() {
    return count;
  }

  long length() {
    return length;
  }

  /** Elements of the shortest of all spans; as good as endless where there is none. */
  static long shortest(List<Spans> all) {
    return all.stream().mapToLong(Spans::length).filter(found -> found > 0).min().orElse(1L << 32);
  }

  /** First logical element of a span. */
  long logicalStart(long span) {
    return start(logicalBase, logicalSteps, span);
  }

  /** First storage element of a span. */
  long storedStart(long span) {
    return start(view.start(), storedSteps, span);
  }

  private long start(long base, long[] steps, long span) {
    long at = base;
    long rest = span;
    for (int k = axis - 1; k >= 0; k--) {
      at += rest % extents[k] * steps[k];
      rest /= extents[k];
    }
    return at;
  }

  /** The first span that ends after a logical element. */
  long firstAfter(long element) {
    long low = 0;
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (logicalStart(middle) + length <= element) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Elements of a storage.
   *
   * @param start the first
   * @param length how many
   */
  record Run(long start, long length) {}

  /**
   * Where a range of logical elements lies in the storage, unless most of that is something else.
   */
  Optional<Run> around(long from, long to) {
    long first = firstAfter(from);
    long end = to <= from ? first : Math.min(count, firstAfter(to - 1) + 1);
    end -= end > first && logicalStart(end - 1) >= to ? 1 : 0;
    if (end <= first) {
      return Optional.empty();
    }
    long one = storedStart(first) + Math.max(0, from - logicalStart(first));
    long other = storedStart(end - 1) + Math.min(length, to - logicalStart(end - 1));
    var run = new Run(one, other - one);
    return run.length() > 0 && run.length() / LEAST_DENSITY <= (end - first) * length
        ? Optional.of(run)
        : Optional.empty();
  }

  /** Whether neighbouring spans are neighbours in the storage too, so that many are one range. */
  boolean dense() {
    for (int k = 0; k < axis; k++) {
      if (box.dim(k) > 1 && view.strides().get(k) != box.elementsFrom(k + 1)) {
        return false;
      }
    }
    return true;
  }
}
