package io.shardwright.bench.measure;

import java.util.List;

/** The middle of several figures, and how far they lie apart. */
public record Spread(double median, double low, double high) {
  /** Of at least one figure. */
  public static Spread of(List<Double> figures) {
    var sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }

  /** Of one figure. */
  public static Spread of(double figure) {
    return new Spread(figure, figure, figure);
  }
}
