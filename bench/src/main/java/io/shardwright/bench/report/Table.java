package io.shardwright.bench.report;

import java.util.List;

/**
 * The results as Markdown.
 *
 * @param repeat the command line that measures a case again, but for its id
 */
public record Table(Results results, String repeat) {
  /** A table per group. */
  public String text() {
    var text = new StringBuilder();
    for (Group group : Group.values()) {
      List<Figure> figures = results.of(group);
      if (!figures.isEmpty()) {
        text.append("## ").append(group.title()).append("\n\n");
        text.append("| what | median, ")
            .append(group.unit())
            .append(" | least to most | at most | holds | of | repeat |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        figures.forEach(figure -> text.append(row(figure)));
        text.append("\n");
      }
    }
    return text.toString();
  }

  private String row(Figure figure) {
    Group group = figure.group();
    boolean limited = figure.limit().isPresent();
    return "| %s | %s | %s | %s | %s | %s | `%s --only %s` |\n"
        .formatted(
            figure.what(),
            group.format(figure.spread().median()),
            range(figure),
            limited ? group.format(figure.limit().getAsDouble()) : "",
            limited ? figure.holds() ? "yes" : "**no**" : "",
            figure.detail(),
            repeat,
            figure.id());
  }

  private static String range(Figure figure) {
    var spread = figure.spread();
    return spread.low() == spread.high()
        ? ""
        : figure.group().format(spread.low()) + " to " + figure.group().format(spread.high());
  }
}
