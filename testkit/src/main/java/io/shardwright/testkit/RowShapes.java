package io.shardwright.testkit;

import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Segments;
import io.shardwright.spi.Size;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses shapes for rows. Lengths that the configuration determines are taken from it; the others
 * are chosen, the same for all rows of one canonical tensor.
 *
 * @param same rows of every naming by the canonical name of the tensor that they may stand for
 * @param rows number of vocabulary rows
 */
record RowShapes(ModelConfig config, Map<String, List<ParameterRule>> same, long rows) {
  private static final long OPEN = 8;

  static RowShapes of(ModelConfig config, List<ParameterRule> rules, long rows) {
    var table = new ParameterTable(rules);
    return new RowShapes(
        config,
        table.sizedAs(table).rules().stream()
            .collect(Collectors.groupingBy(ParameterRule::canonical)),
        rows);
  }

  /** Returns the same for a layer of its own. */
  RowShapes at(int layer) {
    return new RowShapes(config.at(layer), same, rows);
  }

  private List<ParameterRule> same(String canonical) {
    return same.getOrDefault(canonical, List.of());
  }

  /** Returns the shape of a row's tensor without model parallelism. */
  Shape of(ParameterRule row) {
    var rule =
        new ParameterTable(List.of(row))
            .sizedAs(new ParameterTable(same(row.canonical())))
            .rules()
            .get(0);
    var axes = new ArrayList<List<Extent>>();
    for (int axis = 0; axis < axes(rule.canonical()); axis++) {
      axes.add(factors(rule, axis));
    }
    var extents = new ArrayList<Long>();
    for (int axis = 0; axis < axes.size(); axis++) {
      for (Extent extent : axes.get(axis)) {
        Optional<Segments> segments = segments(rule, axis);
        extents.add(
            segments.isPresent()
                ? held(rule, extents.size(), segments.get())
                : held(rule, extents.size(), extent(rule, axis, extent)));
      }
    }
    return new Shape(stored(rule, axes, extents));
  }

  private static List<Long> stored(
      ParameterRule rule, List<List<Extent>> axes, List<Long> extents) {
    var order = rule.arrangement().storedAxes();
    if (!order.isEmpty()) {
      return order.stream().map(axis -> product(axis.stream().map(extents::get).toList())).toList();
    }
    var dims = new ArrayList<Long>();
    int first = 0;
    for (List<Extent> axis : axes) {
      dims.add(product(extents.subList(first, first + axis.size())));
      first += axis.size();
    }
    return dims;
  }

  private static long product(List<Long> factors) {
    return factors.stream().reduce(1L, Math::multiplyExact);
  }

  private long extent(ParameterRule rule, int axis, Extent extent) {
    if (axis == 0 && rule.traits().vocabPadded()) {
      return rows;
    }
    OptionalLong known = extent.in(config);
    if (extent.kind() != Extent.Kind.REST && known.isEmpty()) {
      throw new IllegalArgumentException(
          "the configuration does not say "
              + (extent.key().isEmpty() ? "num_attention_heads" : extent.key())
              + ", by which "
              + RowName.of(rule)
              + " is cut: add it to the sample");
    }
    Optional<Size> size = rule.arrangement().size(axis);
    return extent.kind() == Extent.Kind.REST && size.isPresent()
        ? size.get().in(config).orElse(OPEN)
        : known.orElse(OPEN);
  }

  /**
   * Returns how much of a factor a row's tensor holds: a range of it if the row says so, otherwise
   * all.
   */
  private static long held(ParameterRule rule, int factor, long extent) {
    return rule.arrangement()
        .range()
        .filter(range -> range.factor() == factor)
        .map(range -> range.end(extent) - range.first(extent))
        .orElse(extent);
  }

  private static Optional<Segments> segments(ParameterRule rule, int axis) {
    return rule.arrangement().segments().filter(segments -> segments.axis() == axis);
  }

  /** Returns the elements of the segments that a row's tensor holds. */
  private long held(ParameterRule rule, int factor, Segments segments) {
    var sizes = segments.sizes().stream().map(size -> size.in(config).orElse(OPEN)).toList();
    return rule
        .arrangement()
        .range()
        .filter(range -> range.factor() == factor)
        .map(range -> sizes.subList((int) range.first(sizes.size()), (int) range.end(sizes.size())))
        .orElse(sizes)
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private List<Extent> factors(ParameterRule rule, int axis) {
    Arrangement how = rule.arrangement();
    if (segments(rule, axis).isPresent()) {
      return List.of(Extent.rest());
    }
    if (how.factors().containsKey(axis)) {
      return how.factors().get(axis);
    }
    var factors = new ArrayList<Extent>();
    if (axis == rule.partitionDim()) {
      if (how.stride() > 1) {
        factors.add(Extent.fixed(how.stride()));
      }
      how.headsKey()
          .map(Extent::count)
          .filter(count -> count.in(config).isPresent())
          .ifPresent(factors::add);
    }
    factors.add(Extent.rest());
    return factors;
  }

  /**
   * Returns the number of a canonical tensor's axes: what one of its rows needs, otherwise what its
   * kind usually has.
   */
  private int axes(String canonical) {
    var own = same(canonical);
    for (ParameterRule rule : own) {
      int total = rule.arrangement().storedAxes().stream().mapToInt(List::size).sum();
      if (total > 0) {
        return axes(rule, total);
      }
    }
    int named = own.stream().mapToInt(RowShapes::leastAxes).max().orElse(1);
    boolean vector = canonical.endsWith("bias") || canonical.contains("norm");
    return Math.max(named, vector ? 1 : 2);
  }

  private static int leastAxes(ParameterRule rule) {
    var how = rule.arrangement();
    int named =
        Stream.concat(how.factors().keySet().stream(), how.sizes().keySet().stream())
            .mapToInt(axis -> axis + 1)
            .max()
            .orElse(0);
    return Math.max(named, rule.cut() == Cut.ROW ? 2 : 1);
  }

  private int axes(ParameterRule rule, int total) {
    int factors = 0;
    int axis = 0;
    while (factors < total) {
      factors += factors(rule, axis++).size();
    }
    return axis;
  }
}
