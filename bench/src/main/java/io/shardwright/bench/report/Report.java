package io.shardwright.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A page of results.
 *
 * @param title of the page
 * @param facts about the machine and the run
 * @param table as Markdown
 */
public record Report(String title, List<String> facts, String table) {
  /** Writes the page, and its chart beside it. */
  public void write(Path page, String svg) throws IOException {
    String chart = page.getFileName().toString().replaceFirst("\\.md$", "") + ".svg";
    var lines = new ArrayList<>(List.of("# " + title, ""));
    facts.forEach(fact -> lines.add("- " + fact));
    lines.addAll(List.of("", "![time and memory](" + chart + ")", "", table.strip()));
    Files.createDirectories(page.getParent());
    Files.write(page, lines);
    Files.writeString(page.resolveSibling(chart), svg);
  }
}
