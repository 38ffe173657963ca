package io.shardwright.core.internal.describe;

import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Extent;
import io.shardwright.spi.Extent.Kind;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Size;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The factors of a canonical tensor's axes under a configuration.
 *
 * @param extents of all axes, one after another
 * @param axes the factors of each canonical axis
 * @param cut the factor that is cut, or -1
 */
record Factors(
    Arrangement arrangement,
    ModelConfig config,
    List<Extent> extents,
    List<List<Integer>> axes,
    int cut) {
  static final String TENSOR_SIZE = "tensor_model_parallel_size";

  /** The factors of a tensor that is stored with so many axes. */
  static Factors of(Arrangement arrangement, int cutAxis, ModelConfig config, int storedRank) {
    int total = arrangement.storedAxes().stream().mapToInt(List::size).sum();
    return total == 0
        ? ofAxes(arrangement, cutAxis, config, storedRank).sound()
        : ofFactors(arrangement, cutAxis, config, total).sound();
  }

  /** The factors of a canonical tensor. */
  static Factors of(Arrangement arrangement, int cutAxis, ModelConfig config, Shape canonical) {
    var factors = ofFactors(arrangement, cutAxis, config, canonical.rank()).sound();
    for (int factor = 0; factor < canonical.rank(); factor++) {
      Extent extent = factors.extents.get(factor);
      if (extent.kind() == Kind.FIXED && extent.value() != canonical.dim(factor)) {
        throw new IllegalArgumentException(
            "has, according to its rule, "
                + extent.value()
                + " parts, and there are "
                + canonical.dim(factor));
      }
    }
    return factors;
  }

  /** Refuses a rule that contradicts itself. */
  private Factors sound() {
    int total = extents.size();
    var stored = arrangement.storedAxes().stream().flatMap(List::stream).sorted().toList();
    if (!stored.isEmpty() && !stored.equals(IntStream.range(0, total).boxed().toList())) {
      throw new IllegalArgumentException(
          "is stored by its rule as the factors " + stored + ", and has " + total);
    }
    int part = arrangement.range().map(Arrangement.Range::factor).orElse(-1);
    if (part < total) {
      return this;
    }
    throw new IllegalArgumentException(
        "has no factor " + part + ", which its rule takes a part of");
  }

  private static Factors ofFactors(
      Arrangement arrangement, int cutAxis, ModelConfig config, int total) {
    for (int rank = 0; rank <= total; rank++) {
      var factors = ofAxes(arrangement, cutAxis, config, rank);
      if (factors.extents.size() == total) {
        return factors;
      }
    }
    throw new IllegalArgumentException("its rule does not have " + total + " factors");
  }

  private static Factors ofAxes(
      Arrangement arrangement, int cutAxis, ModelConfig config, int rank) {
    var extents = new ArrayList<Extent>();
    var axes = new ArrayList<List<Integer>>();
    int cut = -1;
    for (int axis = 0; axis < rank; axis++) {
      var own = axis(arrangement, axis, axis == cutAxis, config);
      if (axis == cutAxis) {
        cut = extents.size() + cutFactor(arrangement, axis, own);
      }
      axes.add(IntStream.range(extents.size(), extents.size() + own.size()).boxed().toList());
      extents.addAll(own);
    }
    return new Factors(arrangement, config, extents, axes, cut);
  }

  private static List<Extent> axis(
      Arrangement arrangement, int axis, boolean isCut, ModelConfig config) {
    if (arrangement.segments().filter(segments -> segments.axis() == axis).isPresent()) {
      return List.of(Extent.rest());
    }
    if (arrangement.factors().containsKey(axis)) {
      return arrangement.factors().get(axis);
    }
    var own = new ArrayList<Extent>();
    if (isCut && arrangement.stride() > 1) {
      own.add(Extent.fixed(arrangement.stride()));
    }
    if (isCut) {
      arrangement
          .headsKey()
          .map(Extent::count)
          .filter(count -> count.in(config).isPresent())
          .ifPresent(own::add);
    }
    own.add(Extent.rest());
    return own;
  }

  private static int cutFactor(Arrangement arrangement, int axis, List<Extent> own) {
    Kind wanted = arrangement.headsKey().isPresent() ? Kind.COUNT : Kind.REST;
    for (int k = 0; k < own.size(); k++) {
      if (own.get(k).kind() == wanted) {
        return k;
      }
    }
    return own.size() - 1;
  }

  List<List<Integer>> storedAxes() {
    return arrangement.storedAxes().isEmpty() ? axes : arrangement.storedAxes();
  }

  /**
   * The canonical shape of which a shard was found.
   *
   * @throws SizeMisfit if the configuration tells another one
   */
  Shape solve(Shape shard, int ranks) {
    if (shard.rank() != storedAxes().size()) {
      throw new IllegalArgumentException(
          "has shape " + shard + ", expected " + storedAxes().size() + " axes");
    }
    var solution = new ShardSolution(this, shard, ranks);
    for (int axis = 0; axis < shard.rank(); axis++) {
      solution.solve(axis);
    }
    return solution.canonical();
  }

  /**
   * Refuses a canonical shape that the configuration contradicts.
   *
   * @throws SizeMisfit if the configuration tells another one
   */
  void requireSizes(Shape shape) {
    for (int factor = 0; factor < shape.rank(); factor++) {
      long found = shape.dim(factor);
      if (extent(factor).orElse(found) != found) {
        throw new SizeMisfit(
            "has " + found + " where " + extent(factor).getAsLong() + " are expected",
            told(factor));
      }
    }
  }

  /** How long a factor is; empty where the configuration does not tell. */
  OptionalLong extent(int factor) {
    if (extents.get(factor).kind() == Kind.REST) {
      return size(factor).map(size -> size.in(config)).orElse(OptionalLong.empty());
    }
    OptionalLong extent = extents.get(factor).in(config);
    if (extent.isEmpty()) {
      throw new IllegalArgumentException(
          "can't be split into heads: " + config.saying(extents.get(factor).keys()));
    }
    return extent;
  }

  Optional<Size> size(int factor) {
    int axis = 0;
    while (!axes.get(axis).contains(factor)) {
      axis++;
    }
    return arrangement.size(axis);
  }

  List<String> told(int factor) {
    return extents.get(factor).kind() == Kind.REST
        ? size(factor).map(size -> size.keys(config)).orElse(List.of())
        : extents.get(factor).keys();
  }

  /** A product, or the largest number where it is too large for one: no shape has that. */
  static long times(long one, long other) {
    boolean fits = Math.multiplyHigh(one, other) == 0 && one * other >= 0;
    return fits ? one * other : Long.MAX_VALUE;
  }

  long local(int factor, long extent, int ranks) {
    Optional<SegmentedAxis> segments = segments(factor);
    if (segments.isPresent()) {
      int sharing = factor == cut ? ranks : 1;
      if (!segments.get().divides(sharing)) {
        var keys = new ArrayList<>(told(factor));
        keys.add(TENSOR_SIZE);
        throw new SizeMisfit("has segments that " + ranks + " ranks can't divide", keys);
      }
      return segments.get().local(sharing);
    }
    long held = range(factor, extent)[1] - range(factor, extent)[0];
    if (factor == cut && held % ranks != 0) {
      var keys = new ArrayList<>(told(factor));
      keys.add(TENSOR_SIZE);
      throw new SizeMisfit(
          "has " + held + " heads or parts, which " + ranks + " ranks can't divide", keys);
    }
    return factor == cut ? held / ranks : held;
  }

  private long[] range(int factor, long extent) {
    return segments(factor)
        .map(segments -> new long[] {segments.start(), segments.end()})
        .orElseGet(
            () ->
                arrangement
                    .range()
                    .filter(range -> range.factor() == factor)
                    .map(range -> bounds(range, extent))
                    .orElse(new long[] {0, extent}));
  }

  /** The segments of which a factor consists; empty for most. */
  private Optional<SegmentedAxis> segments(int factor) {
    return arrangement
        .segments()
        .filter(segments -> axes.get(segments.axis()).contains(factor))
        .map(segments -> SegmentedAxis.of(arrangement, factor, factor == cut, config));
  }

  static long[] bounds(Arrangement.Range range, long extent) {
    long first = range.first(extent);
    long end = range.end(extent);
    if (first < 0 || end > extent || first >= end) {
      throw new IllegalArgumentException(
          "is by its rule the part " + first + " to " + end + " of " + extent);
    }
    return new long[] {first, end};
  }

  /** The form of a stored tensor, given the canonical shape. */
  StoredForm form(Shape canonical) {
    var pieces = arrangement.range().map(Arrangement.Range::pieces).orElse(List.of());
    var own = piece(canonical);
    return pieces.size() < 2
        ? own
        : own.broken(pieces.stream().map(piece -> of(piece).piece(canonical)).toList());
  }

  private Factors of(Arrangement.Range piece) {
    return new Factors(arrangement.only(piece), config, extents, axes, cut);
  }

  private StoredForm piece(Shape canonical) {
    var offset = new ArrayList<Long>();
    var shape = new ArrayList<Long>();
    for (int factor = 0; factor < canonical.rank(); factor++) {
      long[] range = range(factor, canonical.dim(factor));
      offset.add(range[0]);
      shape.add(range[1] - range[0]);
    }
    var segments =
        IntStream.range(0, canonical.rank())
            .boxed()
            .flatMap(factor -> segments(factor).stream())
            .findFirst();
    return new StoredForm(
        canonical, cut, new Region(offset, new Shape(shape)), storedAxes(), segments, List.of());
  }
}
