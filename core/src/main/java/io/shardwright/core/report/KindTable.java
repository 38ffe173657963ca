package io.shardwright.core.report;

import io.shardwright.core.outline.CutTensor;
import io.shardwright.spi.ParameterRule.Cut;
import java.util.List;

/** Every kind of tensor with what one rank of the target holds of it, and a small drawing. */
record KindTable(List<CutTensor> kinds) {
  private static final int MOST_STRIPES = 16;
  private static final double WIDTH = 44;
  private static final double HEIGHT = 22;

  void write(Markup page) {
    if (kinds.isEmpty()) {
      return;
    }
    page.leaf("h3", "Every kind of tensor in the target");
    page.in("div", "class", "scroll").table("Tensor", "Type", "Whole", "On a rank", "Cut");
    kinds.forEach(kind -> row(page, kind));
    page.end().end().end();
  }

  private static void row(Markup page, CutTensor kind) {
    page.in("tr").in("td").name(kind.name()).end();
    page.leaf("td", kind.dtype().torchName());
    page.leaf("td", kind.shape().toString(), "class", "whole");
    boolean cut = !kind.shape().equals(kind.shard());
    page.leaf("td", cut ? kind.shard().toString() : "whole", "class", "whole");
    page.in("td", "class", "whole");
    drawing(page, kind, cut);
    page.text(cut ? words(kind) : "").end().end();
  }

  private static String words(CutTensor kind) {
    String parts = kind.parts() > 1 ? " of " + kind.parts() + " parts" : "";
    return kind.cut() == Cut.ROW ? "columns" : "rows" + parts;
  }

  private static void drawing(Markup page, CutTensor kind, boolean cut) {
    double width = kind.shape().rank() > 1 ? WIDTH : 10;
    page.in("svg", "viewBox", "0 0 " + (int) WIDTH + " " + (int) HEIGHT, "class", "small-cut");
    long ranks = cut ? Math.max(1, kind.shape().elements() / kind.shard().elements()) : 1;
    long stripes = Math.min(MOST_STRIPES, ranks) * (cut ? kind.parts() : 1);
    boolean across = kind.cut() == Cut.ROW && cut;
    double step = (across ? width : HEIGHT) / stripes;
    for (int i = 0; i < stripes; i++) {
      page.empty(
          "rect",
          "x",
          across ? i * step : 0.0,
          "y",
          across ? 0.0 : i * step,
          "width",
          across ? step : width,
          "height",
          across ? HEIGHT : step,
          "fill",
          cut ? Palette.rank((int) (i % Math.min(MOST_STRIPES, ranks))) : "none",
          "class",
          cut ? "stripe" : "panel");
    }
    page.end();
  }
}
