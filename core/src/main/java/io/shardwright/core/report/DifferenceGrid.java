package io.shardwright.core.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws layers across and kinds of tensors down, a cell for each kind in each layer.
 *
 * @param layers by layer and kind
 */
record DifferenceGrid(Map<String, Map<String, LayerDifference>> layers) {
  private static final int MOST_KINDS = 80;

  /** More layers are drawn as neighbours in one cell. */
  private static final int MOST_CELLS = 160;

  private static final double NAME = 9.5;
  private static final double CELL = 14;
  private static final double ROW = 29;
  private static final double WIDEST = 34;

  /** Writes the grid for screens of a width. */
  void write(Markup page, int width, String kind) {
    var kinds = kinds();
    int each = (layers.size() + MOST_CELLS - 1) / MOST_CELLS;
    int cells = (layers.size() + each - 1) / each;
    double step = Math.min(WIDEST, (double) width / cells);
    int shown = Math.min(kinds.size(), MOST_KINDS);
    double height = shown * ROW + 14;
    page.in("svg", "viewBox", "0 0 " + width + " " + (int) height, "role", "img");
    page.leaf("title", "Differences by layer, across, and kind of tensor, down");
    for (int row = 0; row < shown; row++) {
      row(page, kinds.get(row), row * ROW, width, step, each);
    }
    numbers(page, height - 3, width, step, each);
    page.end();
    if (shown < kinds.size() && kind.equals("wide")) {
      page.leaf("p", "and " + (kinds.size() - shown) + " more kinds", "class", "note");
    }
  }

  private List<String> kinds() {
    return layers.values().stream()
        .flatMap(own -> own.keySet().stream())
        .distinct()
        .sorted()
        .toList();
  }

  private void row(Markup page, String kind, double top, double width, double step, int each) {
    page.leaf(
        "text",
        Letters.fitted(kind, width, NAME, true),
        "x",
        0,
        "y",
        top + 10,
        "text-anchor",
        "start",
        "class",
        "label",
        "style",
        "font-size: " + NAME + "px");
    var names = List.copyOf(layers.keySet());
    Map<Integer, LayerDifference> cells = new TreeMap<>();
    for (int layer = 0; layer < names.size(); layer++) {
      LayerDifference found = layers.get(names.get(layer)).get(kind);
      if (found != null) {
        cells.merge(layer / each, found, LayerDifference::with);
      }
    }
    cells.forEach(
        (cell, found) -> cell(page, names.get(cell * each), found, cell * step, top, step));
  }

  private static void cell(
      Markup page, String layer, LayerDifference found, double x, double top, double step) {
    page.in("rect", "x", x, "y", top + 13, "width", step, "height", CELL, "class", found.style());
    page.leaf("title", layer + ": " + found.text()).end();
    String letter = found.letter();
    if (!letter.isEmpty() && step >= Letters.width(letter, 9, true)) {
      page.leaf(
          "text",
          letter,
          "x",
          x + step / 2,
          "y",
          top + 23.5,
          "class",
          "letters",
          "fill",
          "#ffffff");
    }
  }

  /** The numbers of layers, as many as stand apart. */
  private void numbers(Markup page, double y, double width, double step, int each) {
    double free = 0;
    var names = new ArrayList<>(layers.keySet());
    for (int layer = 0; layer < names.size(); layer += each) {
      String number = names.get(layer).replaceAll(".* ", "");
      double wide = Letters.width(number, 9, false);
      double left = (layer / each) * step + step / 2 - wide / 2;
      if (left >= free && left + wide <= width) {
        page.leaf(
            "text",
            number,
            "x",
            left + wide / 2,
            "y",
            y,
            "class",
            "tick",
            "text-anchor",
            "middle",
            "style",
            "font-size: 9px");
        free = left + wide + 3;
      }
    }
  }
}
