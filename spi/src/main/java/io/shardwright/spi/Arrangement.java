package io.shardwright.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mapping between the elements of a stored tensor and those of its canonical tensor. The
 * canonical axes are split into factors (a reshape); the stored tensor holds all of them, or a
 * range of one, in an order of its own (a slice and a permutation). Concatenation, slicing,
 * transposition and regrouping all have this form, and the mapping can be inverted.
 *
 * @param stride number of equal parts of the cut axis that are each cut on their own: 1 for most
 *     parameters, 2 for a gated MLP
 * @param headsKey configuration key of a count that the tensor parallel size must divide, such as
 *     {@code num_query_groups}; empty if only the axis itself must be divisible
 * @param factors by canonical axis (from 0), the factors into which it is split, outermost first;
 *     for a cut axis that is absent here they follow from {@code stride} and {@code headsKey}
 * @param storedAxes for each axis of the stored tensor, the numbers of the canonical factors that
 *     it consists of, outermost first; empty for the canonical order
 * @param range the part of the canonical tensor that the stored tensor holds; empty for all of it
 * @param sizes by canonical axis, the length of its factor {@link Extent.Kind#REST} in elements;
 *     without an entry for axes whose length the configuration does not determine
 * @param segments the segments of an axis, which is one factor then, and of which {@code range}
 *     counts the segments; empty for most
 */
public record Arrangement(
    int stride,
    Optional<String> headsKey,
    Map<Integer, List<Extent>> factors,
    List<List<Integer>> storedAxes,
    Optional<Range> range,
    Map<Integer, Size> sizes,
    Optional<Segments> segments) {

  /** The identity: the stored tensor is the canonical tensor, and no axis is split. */
  public static final Arrangement PLAIN =
      new Arrangement(
          1, Optional.empty(), Map.of(), List.of(), Optional.empty(), Map.of(), Optional.empty());

  /**
   * A range of indexes of one factor.
   *
   * @param factor the factor's number, counted from 0 over the factors of all canonical axes
   * @param from the first index; a negative one counts from the end
   * @param to the index after the last; 0 and negative ones count from the end
   * @param breaks indexes within the range, in ascending order; what lies before one is stored
   *     before what lies behind it, each in the canonical order, as Phi-3's {@code qkv_proj} has
   *     the queries of all groups before all keys. Negative ones count from the end
   */
  public record Range(int factor, int from, int to, List<Integer> breaks) {
    /**
     * Copies the breaks.
     *
     * @param factor kept as given
     * @param from kept as given
     * @param to kept as given
     * @param breaks copied
     */
    public Range {
      breaks = List.copyOf(breaks);
    }

    /**
     * Returns the ranges between the breaks.
     *
     * @return in the order in which they are stored; this alone if it does not break
     */
    public List<Range> pieces() {
      var pieces = new ArrayList<Range>();
      int begin = from;
      for (int at : breaks) {
        pieces.add(new Range(factor, begin, at, List.of()));
        begin = at;
      }
      pieces.add(new Range(factor, begin, to, List.of()));
      return pieces;
    }

    /**
     * Returns the first index, counted from the start.
     *
     * @param extent length of the factor, in indexes
     * @return at least 0 for a range that lies within the factor
     */
    public long first(long extent) {
      return from < 0 ? extent + from : from;
    }

    /**
     * Returns the index after the last, counted from the start.
     *
     * @param extent length of the factor, in indexes
     * @return at most {@code extent} for a range that lies within the factor
     */
    public long end(long extent) {
      return to <= 0 ? extent + to : to;
    }
  }

  /**
   * Copies the collections and checks the stride.
   *
   * @param stride at least 1
   * @param headsKey kept as given
   * @param factors copied
   * @param storedAxes copied
   * @param range kept as given
   * @param sizes copied
   * @param segments kept as given
   * @throws IllegalArgumentException if the stride is below 1, or an axis has segments and is split
   *     in another way too
   */
  public Arrangement {
    factors = Map.copyOf(factors);
    sizes = Map.copyOf(sizes);
    storedAxes = storedAxes.stream().map(List::copyOf).toList();
    if (stride < 1) {
      throw new IllegalArgumentException("stride " + stride);
    }
    if (segments.isPresent() && (stride > 1 || factors.containsKey(segments.get().axis()))) {
      throw new IllegalArgumentException("an axis has segments and is split in another way too");
    }
  }

  /**
   * Tells whether layers differ in a size.
   *
   * @return true if the number of the layer decides one
   */
  public boolean perLayer() {
    for (List<Extent> axis : factors.values()) {
      for (Extent extent : axis) {
        if (Condition.isPerLayer(extent.key())) {
          return true;
        }
      }
    }
    return headsKey.filter(Condition::isPerLayer).isPresent()
        || !sizes.isEmpty() && sizes.values().stream().anyMatch(Size::perLayer)
        || segments.isPresent() && segments.get().sizes().stream().anyMatch(Size::perLayer);
  }

  Arrangement cutBetween(String key) {
    return new Arrangement(stride, Optional.of(key), factors, storedAxes, range, sizes, segments);
  }

  Arrangement stride(int parts) {
    return new Arrangement(parts, headsKey, factors, storedAxes, range, sizes, segments);
  }

  Arrangement factored(int axis, List<Extent> extents) {
    var all = new java.util.HashMap<>(factors);
    all.put(axis, List.copyOf(extents));
    return new Arrangement(stride, headsKey, all, storedAxes, range, sizes, segments);
  }

  Arrangement stored(List<List<Integer>> axes) {
    return new Arrangement(stride, headsKey, factors, axes, range, sizes, segments);
  }

  /**
   * Replaces the range.
   *
   * @param part what the stored tensor holds
   * @return a changed copy
   */
  public Arrangement only(Range part) {
    return new Arrangement(
        stride, headsKey, factors, storedAxes, Optional.of(part), sizes, segments);
  }

  Arrangement sized(String... formulas) {
    var all = new java.util.HashMap<>(sizes);
    for (int axis = 0; axis < formulas.length; axis++) {
      all.remove(axis);
      if (!formulas[axis].equals(Size.REST)) {
        all.put(axis, new Size(formulas[axis]));
      }
    }
    return new Arrangement(stride, headsKey, factors, storedAxes, range, all, segments);
  }

  Arrangement segmented(Segments changed) {
    return new Arrangement(
        stride, headsKey, factors, storedAxes, range, sizes, Optional.of(changed));
  }

  /**
   * Returns the length of an axis's factor {@link Extent.Kind#REST}, of an axis with segments that
   * of the whole axis.
   *
   * @param axis canonical axis, from 0
   * @return empty if the configuration does not determine it
   */
  public Optional<Size> size(int axis) {
    return segments
        .filter(s -> s.axis() == axis)
        .map(Segments::total)
        .or(() -> Optional.ofNullable(sizes.get(axis)));
  }

  /** Adds the sizes of another arrangement of the same tensor for axes that have none here. */
  Arrangement sizedAs(Arrangement other) {
    var all = new java.util.HashMap<>(other.sizes);
    all.putAll(sizes);
    return new Arrangement(stride, headsKey, factors, storedAxes, range, all, segments);
  }
}
