package io.shardwright.core.report;

import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The ranks of a grid. A small grid is a table: a column per stage, a row per rank. Of a larger one
 * each stage is a line, so that any number of stages fits any screen.
 */
record RankTable(RankGrid grid) {
  private static final int MOST_COLUMNS = 2;
  private static final int MOST_ROWS = 8;

  /** A pipeline of more stages has its last lines left out. */
  private static final int MOST_STAGES = 128;

  void write(Markup page) {
    if (grid.size().pipeline() > MOST_COLUMNS || grid.rows() > MOST_ROWS) {
      stages(page);
    } else {
      cells(page);
    }
  }

  private void cells(Markup page) {
    var stages = IntStream.range(0, grid.size().pipeline()).boxed().toList();
    page.in("table", "class", "grid").in("thead").in("tr").empty("td");
    stages.forEach(stage -> page.leaf("th", "PP " + stage, "scope", "col"));
    page.end().end().in("tbody");
    for (int row = 0; row < grid.rows(); row++) {
      page.in("tr").leaf("th", label(row), "scope", "row");
      for (int stage : stages) {
        cell(page, row, stage);
      }
      page.end();
    }
    page.end().end();
  }

  /** A label that breaks between its parts alone. */
  private String label(int row) {
    return grid.label(row).replaceAll("P ([0-9])", "P\u00a0$1");
  }

  private void cell(Markup page, int row, int stage) {
    RankShare share = grid.at(row, stage);
    page.in("td", "style", "border-color: " + Palette.rank(row))
        .leaf("b", ByteSize.text(share.bytes()))
        .leaf("span", layers(share))
        .leaf("span", tensors(share.tensors()));
    if (share.optimizer() > 0) {
      page.leaf("span", "optimizer " + ByteSize.text(share.optimizer()));
    }
    page.end();
  }

  private static String tensors(long count) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "tensor" : "tensors");
  }

  private static String layers(RankShare share) {
    return share.layers().isEmpty()
        ? ""
        : "layers " + LayerRange.text(share.layers()).replace('-', '–');
  }

  private void stages(Markup page) {
    page.leaf("p", ranks(), "class", "note");
    page.in("table", "class", "stages").in("tbody");
    int count = grid.size().pipeline();
    for (int stage = 0; stage < Math.min(count, MOST_STAGES); stage++) {
      stage(page, stage);
    }
    page.end().end();
    if (count > MOST_STAGES) {
      page.leaf("p", "and " + (count - MOST_STAGES) + " more stages", "class", "note");
    }
  }

  private String ranks() {
    int rows = grid.rows();
    return rows == 1
        ? "One rank a stage."
        : String.format(
            Locale.ROOT,
            "%,d ranks a stage, %s to %s. Sizes are those of one rank.",
            rows,
            grid.label(0),
            grid.label(rows - 1));
  }

  private void stage(Markup page, int stage) {
    var shares = IntStream.range(0, grid.rows()).mapToObj(row -> grid.at(row, stage)).toList();
    page.in("tr").in("th", "scope", "row").leaf("b", "PP " + stage);
    page.leaf("span", layers(shares.get(0))).end();
    page.in("td", "class", "bar");
    Bar.write(
        page,
        grid.largest(),
        largest(shares, RankShare::bytes),
        largest(shares, RankShare::optimizer));
    page.end().in("td").leaf("b", between(shares, RankShare::bytes));
    page.leaf("span", tensors(largest(shares, RankShare::tensors)));
    if (largest(shares, RankShare::optimizer) > 0) {
      page.leaf("span", "optimizer " + between(shares, RankShare::optimizer));
    }
    page.end().end();
  }

  private static long largest(List<RankShare> shares, ToLongFunction<RankShare> of) {
    return shares.stream().mapToLong(of).max().orElse(0);
  }

  /** One size, or the smallest and the largest where ranks differ. */
  private static String between(List<RankShare> shares, ToLongFunction<RankShare> of) {
    String least = ByteSize.text(shares.stream().mapToLong(of).min().orElse(0));
    String most = ByteSize.text(largest(shares, of));
    return least.equals(most) ? most : least + " – " + most;
  }
}
