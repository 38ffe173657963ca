package io.shardwright.core.report;

import io.shardwright.core.ReshardPlan;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.core.outline.Side;
import java.util.List;
import java.util.Optional;

/** The sizes of the source and the target beside each other, an optimizer's part set off. */
record ComparedSizes(ReshardPlan plan) {
  /** A bar of the comparison. */
  private record Line(String name, long bytes, long optimizer) {}

  void write(Markup page) {
    Side before = plan.outline().before();
    Side after = plan.outline().after();
    page.in("section").leaf("h2", "Sizes");
    lines(
        page,
        "All tensors",
        new Line("before", plan.bytesToRead(), optimizer(before, plan.bytesToRead())),
        new Line("after", plan.bytesToWrite(), optimizer(after, plan.bytesToWrite())));
    if (before.ranks().isPresent() && after.ranks().isPresent()) {
      lines(page, "Largest rank", largest("before", before), largest("after", after));
    }
    if (optimizer(before, Long.MAX_VALUE) + optimizer(after, Long.MAX_VALUE) > 0) {
      page.in("p", "class", "legend").in("span", "class", "key");
      page.leaf("i", "", "class", "weights").text("weights").end();
      page.in("span", "class", "key");
      page.leaf("i", "", "class", "optimizer").text("optimizer").end().end();
    }
    page.end();
  }

  /** A distributed checkpoint's ranks share tensors, so the sum may be more than it stores. */
  private static long optimizer(Side side, long most) {
    return Math.min(
        most,
        side.ranks().stream()
            .flatMap(grid -> grid.ranks().stream())
            .mapToLong(RankShare::optimizer)
            .sum());
  }

  private static Line largest(String name, Side side) {
    Optional<RankGrid> grid = side.ranks();
    long bytes = grid.map(RankGrid::largest).orElse(0L);
    long optimizer =
        grid.stream()
            .flatMap(known -> known.ranks().stream())
            .filter(share -> share.bytes() == bytes)
            .mapToLong(RankShare::optimizer)
            .max()
            .orElse(0);
    return new Line(name, bytes, optimizer);
  }

  private static void lines(Markup page, String title, Line before, Line after) {
    long longest = Math.max(before.bytes(), after.bytes());
    page.leaf("h3", title).in("table", "class", "shares").in("tbody");
    for (Line line : List.of(before, after)) {
      page.in("tr").leaf("th", line.name(), "scope", "row").in("td", "class", "bar");
      Bar.write(page, longest, line.bytes(), line.optimizer());
      page.end().leaf("td", ByteSize.text(line.bytes())).end();
    }
    page.end().end();
  }
}
