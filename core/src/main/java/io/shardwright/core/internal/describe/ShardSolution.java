package io.shardwright.core.internal.describe;

import io.shardwright.spi.Size;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The shape that a shard was cut from, an axis of the shard after another. */
final class ShardSolution {
  private final Factors factors;
  private final Shape shard;
  private final int ranks;
  private final Long[] canonical;
  private final List<String> expected = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final List<String> lacking = new ArrayList<>();
  private boolean fitting = true;

  ShardSolution(Factors factors, Shape shard, int ranks) {
    this.factors = factors;
    this.canonical = new Long[factors.extents().size()];
    this.shard = shard;
    this.ranks = ranks;
  }

  Shape canonical() {
    if (!lacking.isEmpty()) {
      throw new SizeMisfit(
          "has shape " + shard + ", and the configuration does not state the right size", lacking);
    }
    if (!fitting) {
      throw new SizeMisfit(
          "has shape "
              + shard
              + (ranks > 1 ? " on each of " + ranks + " ranks" : "")
              + ", expected ["
              + String.join(", ", expected)
              + "]",
          keys);
    }
    return new Shape(List.of(canonical));
  }

  void solve(int axis) {
    long known = 1;
    int open = -1;
    for (int factor : factors.storedAxes().get(axis)) {
      OptionalLong extent = factors.extent(factor);
      if (extent.isEmpty()) {
        if (open >= 0) {
          throw new IllegalArgumentException(
              "has on axis " + axis + " two factors whose length its rule does not state");
        }
        open = factor;
        // A head's length follows from the rows where no key tells it.
        factors
            .size(factor)
            .filter(size -> !size.formula().equals(Size.HEAD))
            .ifPresent(size -> lacking.addAll(size.keys(factors.config())));
      } else {
        canonical[factor] = extent.getAsLong();
        known = Factors.times(known, factors.local(factor, canonical[factor], ranks));
      }
    }
    long dim = shard.dim(axis);
    boolean fits = open < 0 ? known == dim : known > 0 && dim % known == 0;
    fitting &= fits;
    if (!fits) {
      factors.storedAxes().get(axis).forEach(factor -> keys.addAll(factors.told(factor)));
      keys.addAll(ranks > 1 ? List.of(Factors.TENSOR_SIZE) : List.of());
    } else if (open >= 0) {
      canonical[open] = Factors.times(dim / known, open == factors.cut() ? ranks : 1);
    }
    String dimension = Long.toString(fits ? dim : known);
    expected.add(fits || open < 0 ? dimension : "a multiple of " + dimension);
  }
}
