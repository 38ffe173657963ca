package io.shardwright.core.report;

import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.core.outline.Side;
import io.shardwright.spi.WeightLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The ranks before and after, as tables: a column per stage, a row per tensor-parallel rank. */
record GridSection(PlanOutline outline) {
  private static final int MOST = 16;

  /** More rows have one line each. */
  private static final int FULL_ROWS = 4;

  void write(Markup page) {
    page.in("section").leaf("h2", "Ranks");
    page.in("div", "class", "sides");
    side(page, "Before", outline.before());
    page.leaf("div", "→", "class", "between", "aria-hidden", "true");
    side(page, "After", outline.after());
    page.end().end();
  }

  private static void side(Markup page, String title, Side side) {
    page.in("figure", "class", "side");
    page.in("figcaption").leaf("strong", title).text(" ").name(side.name());
    page.end();
    if (side.ranks().isEmpty()) {
      page.leaf("p", "The grid can't be told.");
    } else {
      page.in(
          "div",
          "class",
          "scroll",
          "tabindex",
          "0",
          "role",
          "region",
          "aria-label",
          title + ", ranks");
      grid(page, side.ranks().get());
      page.end();
    }
    boolean arrays = side.layout() == WeightLayout.DISTRIBUTED;
    page.leaf(
        "p", arrays ? "Distributed arrays: what each rank loads of them." : "", "class", "note");
    page.end();
  }

  private static void grid(Markup page, RankGrid grid) {
    var stages = shown(grid.size().pipeline());
    boolean compact = grid.rows() > FULL_ROWS;
    page.in("table", "class", compact ? "grid compact" : "grid").in("thead").in("tr").empty("td");
    for (int stage : stages) {
      page.leaf("th", stage < 0 ? "…" : "PP " + stage, "scope", "col");
    }
    page.end().end().in("tbody");
    for (int rank : shown(grid.rows())) {
      page.in("tr").leaf("th", rank < 0 ? "…" : grid.label(rank), "scope", "row");
      stages.forEach(stage -> cell(page, grid, rank, stage));
      page.end();
    }
    page.end().end();
  }

  private static void cell(Markup page, RankGrid grid, int rank, int stage) {
    if (rank < 0 || stage < 0) {
      page.leaf("td", "…", "class", "more");
      return;
    }
    RankShare share = grid.at(rank, stage);
    page.in("td", "style", "border-color: " + Palette.rank(rank))
        .leaf("b", ByteSize.text(share.bytes()))
        .leaf("span", layers(share))
        .leaf("span", String.format(Locale.ROOT, "%,d tensors", share.tensors()));
    if (share.optimizer() > 0) {
      page.leaf("span", "optimizer " + ByteSize.text(share.optimizer()));
    }
    page.end();
  }

  private static String layers(RankShare share) {
    return share.layers().isEmpty()
        ? ""
        : "layers " + LayerRange.text(share.layers()).replace('-', '–');
  }

  /** All indexes, or the first and the last with -1 for those between. */
  private static List<Integer> shown(int count) {
    var shown = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      if (count <= MOST || i < MOST - 2 || i == count - 1) {
        shown.add(i);
      } else if (i == MOST - 2) {
        shown.add(-1);
      }
    }
    return shown;
  }
}
