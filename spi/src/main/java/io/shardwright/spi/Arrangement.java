package io.shardwright.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a stored tensor's elements stand in the canonical tensor: its axes are split into factors, of
 * which the stored tensor has all or one range, in its own order. Concatenation, slices,
 * transposition and regrouping are all of this form, and it has an inverse.
 *
 * @param stride how many parts of the cut axis are cut separately: 1 plain, 2 gated MLP
 * @param headsKey the configuration key of a count that the cut must divide; empty for none
 * @param factors the canonical axes that are split, outermost factor first; for a cut axis that is
 *     absent here the factors follow from {@code stride} and {@code headsKey}
 * @param storedAxes for each axis of the stored tensor the canonical factors it consists of,
 *     outermost first; empty for the canonical order
 * @param range the part of the canonical tensor that the stored one holds; empty for all
 * @param sizes by canonical axis, how long its factor {@link Extent.Kind#REST} is, where the
 *     configuration tells
 */
public record Arrangement(
    int stride,
    Optional<String> headsKey,
    Map<Integer, List<Extent>> factors,
    List<List<Integer>> storedAxes,
    Optional<Range> range,
    Map<Integer, Size> sizes) {

  /** Elements as in the canonical tensor, nothing split. */
  public static final Arrangement PLAIN =
      new Arrangement(1, Optional.empty(), Map.of(), List.of(), Optional.empty(), Map.of());

  /**
   * A range of one factor.
   *
   * @param factor counted over the factors of all axes
   * @param from first index; negative counts from the end
   * @param to index after the last; 0 and negative count from the end
   */
  public record Range(int factor, int from, int to) {
    /**
     * The first index.
     *
     * @param extent of the factor
     * @return from 0
     */
    public long first(long extent) {
      return from < 0 ? extent + from : from;
    }

    /**
     * The index after the last.
     *
     * @param extent of the factor
     * @return at most the extent
     */
    public long end(long extent) {
      return to <= 0 ? extent + to : to;
    }
  }

  /**
   * Copies the parts and checks the stride.
   *
   * @param stride see the record
   * @param headsKey see the record
   * @param factors see the record
   * @param storedAxes see the record
   * @param range see the record
   * @param sizes see the record
   * @throws IllegalArgumentException if the stride is below 1
   */
  public Arrangement {
    factors = Map.copyOf(factors);
    sizes = Map.copyOf(sizes);
    storedAxes = storedAxes.stream().map(List::copyOf).toList();
    if (stride < 1) {
      throw new IllegalArgumentException("stride " + stride);
    }
  }

  Arrangement cutBetween(String key) {
    return new Arrangement(stride, Optional.of(key), factors, storedAxes, range, sizes);
  }

  Arrangement stride(int parts) {
    return new Arrangement(parts, headsKey, factors, storedAxes, range, sizes);
  }

  Arrangement factored(int axis, List<Extent> extents) {
    var all = new java.util.HashMap<>(factors);
    all.put(axis, List.copyOf(extents));
    return new Arrangement(stride, headsKey, all, storedAxes, range, sizes);
  }

  Arrangement stored(List<List<Integer>> axes) {
    return new Arrangement(stride, headsKey, factors, axes, range, sizes);
  }

  Arrangement only(Range part) {
    return new Arrangement(stride, headsKey, factors, storedAxes, Optional.of(part), sizes);
  }

  Arrangement sized(String... formulas) {
    var all = new java.util.HashMap<>(sizes);
    for (int axis = 0; axis < formulas.length; axis++) {
      all.remove(axis);
      if (!formulas[axis].equals(Size.REST)) {
        all.put(axis, new Size(formulas[axis]));
      }
    }
    return new Arrangement(stride, headsKey, factors, storedAxes, range, all);
  }

  /** What another one of the same tensor says of its axes holds where this says nothing. */
  Arrangement sizedAs(Arrangement other) {
    var all = new java.util.HashMap<>(other.sizes);
    all.putAll(sizes);
    return new Arrangement(stride, headsKey, factors, storedAxes, range, all);
  }
}
