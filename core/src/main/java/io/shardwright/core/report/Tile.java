package io.shardwright.core.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A rectangle of a treemap.
 *
 * @param x of the left edge
 * @param y of the upper edge
 * @param width at least 0
 * @param height at least 0
 */
record Tile(double x, double y, double width, double height) {
  /** The rectangle within margins. */
  Tile within(double top, double margin) {
    return new Tile(
        x + margin, y + top, Math.max(0, width - 2 * margin), Math.max(0, height - top - margin));
  }

  /**
   * Divides a rectangle into tiles that are nearly squares and whose areas are as the sizes (Bruls,
   * Huizing and van Wijk, "Squarified Treemaps", 2000).
   *
   * @param sizes at least 0, the largest first
   * @return a tile for each size
   */
  List<Tile> divided(List<Double> sizes) {
    double total = sizes.stream().mapToDouble(size -> size).sum();
    var tiles = new ArrayList<Tile>();
    Tile left = this;
    int from = 0;
    while (from < sizes.size()) {
      double scale = total <= 0 ? 0 : left.width * left.height / total;
      int to = left.row(sizes, from, scale);
      double row = sizes.subList(from, to).stream().mapToDouble(size -> size).sum();
      left = left.lay(sizes.subList(from, to), row, total, tiles);
      total -= row;
      from = to;
    }
    return tiles;
  }

  /** How many of the next tiles stand along the shorter side: as long as they get squarer. */
  private int row(List<Double> sizes, int from, double scale) {
    double side = Math.min(width, height);
    double sum = 0;
    double before = Double.POSITIVE_INFINITY;
    int to = from;
    while (to < sizes.size()) {
      sum += sizes.get(to) * scale;
      double worst = worst(sizes.get(from) * scale, sizes.get(to) * scale, sum, side);
      if (worst > before) {
        break;
      }
      before = worst;
      to++;
    }
    return Math.max(to, from + 1);
  }

  /** The most oblong tile of a row, as the proportion of its sides. */
  private static double worst(double largest, double smallest, double sum, double side) {
    double square = side * side;
    double areas = sum * sum;
    return smallest <= 0 || square <= 0
        ? Double.POSITIVE_INFINITY
        : Math.max(square * largest / areas, areas / (square * smallest));
  }

  /** Lays a row along the shorter side; what is left of the rectangle. */
  private Tile lay(List<Double> sizes, double row, double total, List<Tile> tiles) {
    boolean upright = width >= height;
    double part = total <= 0 ? 0 : Math.min(1, row / total);
    double thick = part * (upright ? width : height);
    double at = upright ? y : x;
    for (double size : sizes) {
      double length = row <= 0 ? 0 : (upright ? height : width) * size / row;
      tiles.add(upright ? new Tile(x, at, thick, length) : new Tile(at, y, length, thick));
      at += length;
    }
    return upright
        ? new Tile(x + thick, y, Math.max(0, width - thick), height)
        : new Tile(x, y + thick, width, Math.max(0, height - thick));
  }
}
