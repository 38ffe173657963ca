package io.shardwright.core.report;

import io.shardwright.core.outline.Panel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names and shapes beside the panels of one side of a drawing. No text covers another: beside
 * panels that stand close, names move apart; above panels that are narrow, numbers stay, or
 * nothing; a shape that all panels have is written once.
 */
final class SideLabels {
  private static final double NAME = 10.5;
  private static final double SHAPE = 10;
  private static final double LINE = 12.5;

  /** Between two names in a row. */
  private static final double APART = 4;

  private final List<Panel> panels;
  private final boolean named;
  private final boolean alike;

  /**
   * Of the panels that are drawn.
   *
   * @param all panels of the side
   */
  SideLabels(List<Panel> panels, List<Panel> all) {
    this.panels = panels;
    this.named = all.size() == all.stream().map(Panel::tensor).distinct().count();
    this.alike = panels.size() > 1 && panels.stream().map(Panel::shape).distinct().count() == 1;
  }

  /** The length along the panels that labels beside them need. */
  double least() {
    return panels.size() * lines() * LINE;
  }

  private int lines() {
    return alike ? 1 : 2;
  }

  /** The shape that all panels have; empty text where each has its own beside it. */
  private String caption() {
    return alike ? "each " + panels.get(0).shape() : "";
  }

  /**
   * Writes labels to the left or the right of panels that stand below each other.
   *
   * @param middles of the panels, from top to bottom
   * @param length of the whole side
   * @param x where lines begin or end
   * @param room for a line
   */
  void beside(
      Markup page, List<Double> middles, double length, double x, double room, boolean left) {
    var at = apart(middles, lines() * LINE, length);
    String anchor = left ? "end" : "start";
    for (int i = 0; i < panels.size(); i++) {
      double top = at.get(i) - lines() * LINE / 2 + 9.5;
      name(page, name(panels.get(i)), x, top, room, anchor);
      if (!alike) {
        shape(page, panels.get(i).shape().toString(), x, top + LINE, room, anchor);
      }
    }
  }

  /** Moves middles as little as needed until they lie a step apart and within a length. */
  static List<Double> apart(List<Double> middles, double step, double length) {
    var at = new ArrayList<Double>();
    double from = step / 2;
    for (double middle : middles) {
      at.add(Math.max(from, middle));
      from = at.get(at.size() - 1) + step;
    }
    double to = length - step / 2;
    for (int i = at.size() - 1; i >= 0; i--) {
      at.set(i, Math.min(to, at.get(i)));
      to = at.get(i) - step;
    }
    return at;
  }

  /**
   * Writes labels above or below panels that are side by side.
   *
   * @param middles of the panels, from left to right
   * @param y the baseline of the names; that of shapes is a line below
   * @param width of the whole side
   */
  void above(Markup page, List<Double> middles, double y, double width) {
    for (int i = 0; i < panels.size(); i++) {
      double middle = middles.get(i);
      double room = room(middles, i, width);
      String text = name(panels.get(i));
      Stream.of(text, text.substring(text.lastIndexOf(' ') + 1))
          .filter(fits -> Letters.width(fits, Letters.SMALLEST, true) <= room)
          .findFirst()
          .ifPresent(fits -> name(page, fits, middle, y, room, "middle"));
    }
    shape(page, sharedShape(), width / 2, y + LINE, width, "middle");
  }

  /** What a name in a row may take up, to the middles beside it and to the edges. */
  private static double room(List<Double> middles, int index, double width) {
    double middle = middles.get(index);
    double before = index == 0 ? 2 * middle : middle - middles.get(index - 1) - APART;
    boolean last = index == middles.size() - 1;
    double after = last ? 2 * (width - middle) : middles.get(index + 1) - middle - APART;
    return Math.min(before, after);
  }

  /** In a row there is one line for all shapes. */
  private String sharedShape() {
    Panel first = panels.get(0);
    Panel last = panels.get(panels.size() - 1);
    return panels.size() == 1
        ? first.shape().toString()
        : alike ? caption() : first.shape() + " to " + last.shape();
  }

  /** Writes the shape of all panels below them, where they have the same. */
  void caption(Markup page, double x, double y, double room) {
    if (alike) {
      shape(page, caption(), x, y, room, "middle");
    }
  }

  private static void name(
      Markup page, String text, double x, double y, double room, String anchor) {
    text(page, text, x, y, room, anchor, true);
  }

  private static void shape(
      Markup page, String text, double x, double y, double room, String anchor) {
    text(page, text, x, y, room, anchor, false);
  }

  private static void text(
      Markup page, String text, double x, double y, double room, String anchor, boolean bold) {
    double size = Letters.size(text, room, bold ? NAME : SHAPE, bold);
    page.leaf(
        "text",
        Letters.fitted(text, room, size, bold),
        "x",
        x,
        "y",
        y,
        "class",
        bold ? "label" : "shape",
        "style",
        "font-size: " + size + "px",
        "text-anchor",
        anchor);
  }

  private String name(Panel panel) {
    return named ? shortName(panel) : panel.where();
  }

  /** The last word of a name that says which tensor it is. */
  private static String shortName(Panel panel) {
    String[] words = panel.tensor().split("\\.");
    return words[words.length > 1 ? words.length - 2 : 0];
  }
}
