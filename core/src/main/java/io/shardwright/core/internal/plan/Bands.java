package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.Panel;
import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Determines the meaning and the rank of a stored tensor's rows or columns, from the views that map
 * its elements to the canonical tensor.
 */
final class Bands {
  /** Finer bands can't be told apart. */
  private static final int MOST_BANDS = 4096;

  private final StoredForm form;
  private final Shape canonical;
  private final int cut;
  private final int ranks;
  private final int slots;
  private final boolean gated;
  private final long rows;

  /**
   * Bands by the ranks of a form.
   *
   * @param rule names the factors
   * @param ranks over which the form is cut
   * @param rows of axis 0 that both sides have; what is beyond is padding
   */
  Bands(ParameterRule rule, StoredForm form, int ranks, long rows) {
    this.form = form;
    this.canonical = form.canonical();
    this.cut = form.cut();
    this.ranks = ranks;
    this.slots = slots(rule.arrangement());
    this.gated = rule.arrangement().stride() == 2;
    this.rows = rule.traits().vocabPadded() ? rows : Long.MAX_VALUE;
  }

  /** The factor of axis 0 that counts queries, key and value; -1 for none. */
  static int slots(Arrangement arrangement) {
    List<Extent> extents = arrangement.factors().getOrDefault(0, List.of());
    return IntStream.range(0, extents.size())
        .filter(k -> extents.get(k).kind() == Extent.Kind.SLOTS)
        .findFirst()
        .orElse(-1);
  }

  /**
   * A tensor's bands.
   *
   * @param views of it that tell its elements' places
   * @param start of the tensor in the storage that the views count in
   * @return empty where it is not dense or would have too many
   */
  Optional<Panel> panel(String where, String name, Shape shape, long start, List<View> views) {
    boolean nothing = views.isEmpty() || shape.elements() == 0;
    int axis = nothing || cut < 0 ? -1 : axis(shape, views.get(0).strides().get(cut));
    if (axis < 0 || bands(views, shape, axis) > MOST_BANDS) {
      return Optional.empty();
    }
    var bands = new ArrayList<Band>();
    for (View view : views) {
      var walk = new Walk(view, shape, axis, start, bands);
      walk.outer(0, new long[canonical.rank()]);
    }
    bands.sort(Comparator.comparingLong(Band::from));
    return Optional.of(new Panel(where, name, shape, axis, merged(bands)));
  }

  /** The stored axis that a factor is a part of; -1 where the tensor is not dense. */
  private static int axis(Shape shape, long stride) {
    var strides = shape.rowMajorStrides();
    return IntStream.range(0, strides.size())
        .filter(axis -> shape.dim(axis) > 1 && strides.get(axis) <= stride)
        .findFirst()
        .orElse(-1);
  }

  private long bands(List<View> views, Shape shape, int axis) {
    long count = 0;
    for (View view : views) {
      long own = 1;
      for (int factor : factors(view, shape, axis)) {
        boolean inner = factor == last(factors(view, shape, axis));
        own = Math.multiplyExact(own, inner ? ranks : view.logical().shape().dim(factor));
      }
      count = Math.addExact(count, own);
    }
    return count;
  }

  private static List<Integer> factors(View view, Shape shape, int axis) {
    return IntStream.range(0, view.strides().size())
        .filter(factor -> axis(shape, view.strides().get(factor)) == axis)
        .filter(factor -> view.logical().shape().dim(factor) > 0)
        .boxed()
        .sorted(Comparator.comparing(factor -> -view.strides().get(factor)))
        .toList();
  }

  private static int last(List<Integer> factors) {
    return factors.get(factors.size() - 1);
  }

  private static List<Band> merged(List<Band> bands) {
    var merged = new ArrayList<Band>();
    for (Band band : bands) {
      Band before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      boolean goesOn =
          before != null
              && before.to() == band.from()
              && before.part() == band.part()
              && before.group() == band.group()
              && before.rank() == band.rank();
      if (goesOn) {
        merged.remove(merged.size() - 1);
      }
      long from = goesOn ? before.from() : band.from();
      merged.add(new Band(from, band.to(), band.part(), band.group(), band.rank()));
    }
    return merged;
  }

  /** Goes through the indexes of the factors that one stored axis consists of. */
  private final class Walk {
    private final View view;
    private final Shape shape;
    private final int axis;
    private final long start;
    private final List<Integer> factors;
    private final List<Band> bands;

    Walk(View view, Shape shape, int axis, long start, List<Band> bands) {
      this.view = view;
      this.shape = shape;
      this.axis = axis;
      this.start = start;
      this.factors = factors(view, shape, axis);
      this.bands = bands;
    }

    void outer(int depth, long[] index) {
      if (depth == factors.size() - 1) {
        inner(factors.get(depth), index);
        return;
      }
      int factor = factors.get(depth);
      for (long i = 0; i < view.logical().shape().dim(factor); i++) {
        index[factor] = i;
        outer(depth + 1, index);
      }
      index[factor] = 0;
    }

    /** The innermost factor is cut where the rank changes and where padding begins. */
    private void inner(int factor, long[] index) {
      long first = view.logical().offset().get(factor);
      long end = view.logical().end(factor);
      for (long at = first; at < end; ) {
        long to = Math.min(end, next(factor, at));
        index[factor] = at - first;
        long place = place(index);
        bands.add(
            new Band(
                place, place + to - at, part(index, factor, at, to), group(index), rank(index)));
        at = to;
      }
      index[factor] = 0;
    }

    private long next(int factor, long at) {
      long boundary = factor == cut ? form.range(at, ranks).end() : canonical.dim(factor);
      return factor == 0 && at < rows ? Math.min(boundary, rows) : boundary;
    }

    private long place(long[] index) {
      long offset = view.start() - start;
      for (int factor : factors) {
        offset += index[factor] * view.strides().get(factor);
      }
      return offset / shape.rowMajorStrides().get(axis) % shape.dim(axis);
    }

    private long canonicalIndex(long[] index, int factor) {
      return view.logical().offset().get(factor) + index[factor];
    }

    private int rank(long[] index) {
      return form.range(canonicalIndex(index, cut), ranks).rank();
    }

    private int group(long[] index) {
      return slots < 0
          ? form.range(canonicalIndex(index, cut), ranks).segment()
          : (int) canonicalIndex(index, slots - 1);
    }

    private Part part(long[] index, int factor, long at, long to) {
      if (slots >= 0) {
        long behind = canonical.dim(slots) - canonicalIndex(index, slots);
        return behind > 2 ? Part.QUERY : behind == 2 ? Part.KEY : Part.VALUE;
      }
      if (gated && factor == 0 && to - at > 1) {
        return Part.PLAIN;
      } else if (gated) {
        return canonicalIndex(index, 0) == 0 ? Part.GATE : Part.UP;
      }
      return factor == 0 && at >= rows ? Part.PADDING : Part.PLAIN;
    }
  }
}
