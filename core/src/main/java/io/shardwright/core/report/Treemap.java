package io.shardwright.core.report;

import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Draws sizes as rectangles: one for each layer, divided into its kinds of tensors. Of very many
 * the smallest are drawn as one, so that the drawing stays small.
 */
record Treemap(List<Group> groups) {
  /** The kinds of a layer. */
  record Group(String label, List<Leaf> leaves) {
    long bytes() {
      return leaves.stream().mapToLong(Leaf::bytes).sum();
    }
  }

  /** Tensors of one kind. */
  record Leaf(String label, TensorName.Role role, long bytes) {}

  private static final int MOST_GROUPS = 150;
  private static final int MOST_LEAVES = 40;

  /** Of many groups each has fewer leaves. */
  private static final int FEW_LEAVES = 12;

  private static final double TITLE = 13;
  private static final double TITLE_SIZE = 9.5;
  private static final double LABEL_SIZE = 9;
  private static final double INSET = 2;

  /** Smaller ones can't be seen. */
  private static final double LEAST = 0.4;

  /** Draws the map at a size; the page shows the one that fits the screen. */
  void write(Markup page, int width, int height, String kind) {
    page.in("svg", "viewBox", "0 0 " + width + " " + height, "role", "img", "class", kind);
    page.leaf("title", "Sizes of layers and kinds of tensors");
    var shown = most(groups, MOST_GROUPS, Comparator.comparing(Group::bytes), Treemap::others);
    var sizes = shown.stream().map(group -> (double) group.bytes()).toList();
    var tiles = new Tile(0, 0, width, height).divided(sizes);
    for (int i = 0; i < shown.size(); i++) {
      group(page, shown.get(i), tiles.get(i), shown.size() > FEW_LEAVES ? FEW_LEAVES : MOST_LEAVES);
    }
    page.end();
  }

  /** The largest first; what is beyond a number becomes one. */
  private static <T> List<T> most(
      List<T> all, int most, Comparator<T> bySize, java.util.function.Function<List<T>, T> others) {
    var sorted = new ArrayList<>(all.stream().sorted(bySize.reversed()).toList());
    if (sorted.size() > most) {
      var rest = sorted.subList(most - 1, sorted.size());
      T one = others.apply(List.copyOf(rest));
      rest.clear();
      sorted.add(one);
      sorted.sort(bySize.reversed());
    }
    return sorted;
  }

  private static Group others(List<Group> groups) {
    String label = groups.size() + " more layers";
    long bytes = groups.stream().mapToLong(Group::bytes).sum();
    return new Group(label, List.of(new Leaf(label, TensorName.Role.OTHER, bytes)));
  }

  private static Leaf other(List<Leaf> leaves) {
    long bytes = leaves.stream().mapToLong(Leaf::bytes).sum();
    return new Leaf(leaves.size() + " more kinds", TensorName.Role.OTHER, bytes);
  }

  private void group(Markup page, Group group, Tile tile, int most) {
    if (tile.width() < LEAST || tile.height() < LEAST) {
      return;
    }
    boolean titled =
        !group.label().isEmpty()
            && tile.height() > 2.5 * TITLE
            && Letters.width(group.label(), TITLE_SIZE, true) <= tile.width() - 2 * INSET;
    rectangle(page, tile, "group", "", name(group) + ", " + ByteSize.text(group.bytes()));
    if (titled) {
      text(page, group.label(), tile.x() + INSET, tile.y() + 10, TITLE_SIZE, "");
    }
    var leaves = most(group.leaves(), most, Comparator.comparing(Leaf::bytes), Treemap::other);
    var sizes = leaves.stream().map(leaf -> (double) leaf.bytes()).toList();
    double margin = Math.min(1, Math.min(tile.width(), tile.height()) / 8);
    var tiles = tile.within(titled ? TITLE : margin, margin).divided(sizes);
    for (int i = 0; i < leaves.size(); i++) {
      leaf(page, group.label(), leaves.get(i), tiles.get(i));
    }
  }

  private static String name(Group group) {
    return group.label().isEmpty() ? "outside of layers" : group.label();
  }

  private void leaf(Markup page, String group, Leaf leaf, Tile tile) {
    if (tile.width() < LEAST || tile.height() < LEAST) {
      return;
    }
    String where = group.isEmpty() ? "" : group + ": ";
    String title = where + leaf.label() + ", " + ByteSize.text(leaf.bytes());
    rectangle(page, tile, "leaf", leaf.role().colour(), title);
    String label = shortest(leaf.label());
    boolean fits =
        tile.height() >= LABEL_SIZE + 3
            && Letters.width(label, LABEL_SIZE, true) <= tile.width() - 2 * INSET;
    if (fits) {
      String ink = Palette.letters(leaf.role().ordinal(), Part.PLAIN);
      text(page, label, tile.x() + INSET, tile.y() + LABEL_SIZE + 1, LABEL_SIZE, ink);
    }
  }

  /** The word of a name that tells most. */
  private static String shortest(String kind) {
    String[] words = kind.split("\\.");
    int last = words.length - 1;
    return words[last].matches("weight|bias|\\*") && last > 0 ? words[last - 1] : words[last];
  }

  private static void rectangle(Markup page, Tile tile, String kind, String fill, String title) {
    page.in(
        "rect",
        "x",
        tile.x(),
        "y",
        tile.y(),
        "width",
        tile.width(),
        "height",
        tile.height(),
        "class",
        kind,
        "fill",
        fill.isEmpty() ? "none" : fill);
    page.leaf("title", title).end();
  }

  private static void text(Markup page, String text, double x, double y, double size, String fill) {
    page.leaf(
        "text",
        text,
        "x",
        x,
        "y",
        y,
        "text-anchor",
        "start",
        "class",
        fill.isEmpty() ? "label" : "letter",
        "style",
        "font-size: " + size + "px" + (fill.isEmpty() ? "" : "; fill: " + fill));
  }
}
