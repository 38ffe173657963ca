package io.shardwright.core.report;

import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.Side;
import io.shardwright.spi.WeightLayout;

/** The ranks before and after. */
record GridSection(PlanOutline outline) {
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
      page.leaf("p", "The grid is unknown.");
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
      new RankTable(side.ranks().get()).write(page);
      page.end();
    }
    boolean arrays = side.layout() == WeightLayout.DISTRIBUTED;
    page.leaf(
        "p", arrays ? "Distributed arrays: what each rank loads of them." : "", "class", "note");
    page.end();
  }
}
