package io.shardwright.core.internal.describe;

import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Extent;
import io.shardwright.spi.Extent.Kind;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
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

  /** The factors of a tensor that is stored with so many axes. */
  static Factors of(Arrangement arrangement, int cutAxis, ModelConfig config, int storedRank) {
    int total = arrangement.storedAxes().stream().mapToInt(List::size).sum();
    return total == 0
        ? ofAxes(arrangement, cutAxis, config, storedRank).sound()
        : ofFactors(arrangement, cutAxis, config, total).sound();
  }

  /** The factors of a canonical tensor. */
  static Factors of(Arrangement arrangement, int cutAxis, ModelConfig config, Shape canonical) {
    return ofFactors(arrangement, cutAxis, config, canonical.rank()).sound();
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
    if (part >= total) {
      throw new IllegalArgumentException(
          "is by its rule a part of factor " + part + ", and has " + total);
    }
    return this;
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

  private List<List<Integer>> storedAxes() {
    return arrangement.storedAxes().isEmpty() ? axes : arrangement.storedAxes();
  }

  /** The canonical shape of which a shard was found. */
  Shape solve(Shape shard, int ranks) {
    if (shard.rank() != storedAxes().size()) {
      throw new IllegalArgumentException(
          "has shape " + shard + ", expected " + storedAxes().size() + " axes");
    }
    Long[] canonical = new Long[extents.size()];
    for (int axis = 0; axis < shard.rank(); axis++) {
      solve(axis, shard, ranks, canonical);
    }
    return new Shape(List.of(canonical));
  }

  private void solve(int axis, Shape shard, int ranks, Long[] canonical) {
    long known = 1;
    int rest = -1;
    for (int factor : storedAxes().get(axis)) {
      OptionalLong extent = extents.get(factor).in(config);
      if (extents.get(factor).kind() == Kind.REST) {
        requireOne(rest, axis);
        rest = factor;
      } else {
        canonical[factor] = extent.orElseThrow(() -> unknown(factor));
        known = Math.multiplyExact(known, local(factor, canonical[factor], ranks));
      }
    }
    long dim = shard.dim(axis);
    if (known == 0 || (rest < 0 ? known != dim : dim % known != 0)) {
      throw new IllegalArgumentException(
          "has shape "
              + shard
              + ", expected "
              + (rest < 0 ? "" : "a multiple of ")
              + known
              + " on axis "
              + axis
              + " by its configuration");
    }
    if (rest >= 0) {
      canonical[rest] = Math.multiplyExact(dim / known, rest == cut ? ranks : 1);
    }
  }

  private static void requireOne(int rest, int axis) {
    if (rest >= 0) {
      throw new IllegalArgumentException(
          "has on axis " + axis + " two factors of which its rule does not tell the length");
    }
  }

  private IllegalArgumentException unknown(int factor) {
    String key = extents.get(factor).key();
    return new IllegalArgumentException(
        "can't be split into heads: the configuration does not say "
            + (key.isEmpty() ? "num_attention_heads" : key));
  }

  private long local(int factor, long extent, int ranks) {
    long held = range(factor, extent)[1] - range(factor, extent)[0];
    if (factor == cut && held % ranks != 0) {
      throw new IllegalArgumentException(
          "has " + held + " heads or parts, which " + ranks + " ranks can't share");
    }
    return factor == cut ? held / ranks : held;
  }

  private long[] range(int factor, long extent) {
    return arrangement
        .range()
        .filter(range -> range.factor() == factor)
        .map(range -> bounds(range.first(extent), range.end(extent), extent))
        .orElse(new long[] {0, extent});
  }

  private static long[] bounds(long first, long end, long extent) {
    if (first < 0 || end > extent || first >= end) {
      throw new IllegalArgumentException(
          "is by its rule the part " + first + " to " + end + " of " + extent);
    }
    return new long[] {first, end};
  }

  /** The form of a stored tensor, given the canonical shape. */
  StoredForm form(Shape canonical) {
    var offset = new ArrayList<Long>();
    var shape = new ArrayList<Long>();
    for (int factor = 0; factor < canonical.rank(); factor++) {
      long[] range = range(factor, canonical.dim(factor));
      offset.add(range[0]);
      shape.add(range[1] - range[0]);
    }
    return new StoredForm(canonical, cut, new Region(offset, new Shape(shape)), storedAxes());
  }
}
