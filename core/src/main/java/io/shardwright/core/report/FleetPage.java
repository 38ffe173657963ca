package io.shardwright.core.report;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.OptimizerOutline;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A page of HTML that lists many checkpoints, those that could not be read among them. Immutable:
 * methods that add to it return a copy.
 */
public final class FleetPage implements HtmlPage {
  /** A line of the list. */
  private record Line(
      String name,
      Optional<CheckpointSummary> summary,
      Optional<OptimizerOutline> optimizer,
      String refusal) {
    long bytes() {
      return summary.map(CheckpointSummary::fileBytes).orElse(0L);
    }
  }

  /** A page without checkpoints. */
  public static final FleetPage EMPTY = new FleetPage(List.of(), Frame.NONE);

  private final List<Line> lines;
  private final Frame frame;

  private FleetPage(List<Line> lines, Frame frame) {
    this.lines = lines;
    this.frame = frame;
  }

  /**
   * Adds a checkpoint.
   *
   * @param name how the page calls it
   * @param checkpoint an open checkpoint, which may be closed afterwards
   * @return a copy with the checkpoint at its end
   */
  public FleetPage and(String name, Checkpoint checkpoint) {
    var optimizer = checkpoint.outline().optimizer();
    return with(new Line(name, Optional.of(checkpoint.summary()), optimizer, ""));
  }

  /**
   * Adds a checkpoint that could not be read.
   *
   * @param name how the page calls it
   * @param refusal why, in a sentence
   * @return a copy with the refusal at its end
   */
  public FleetPage andRefused(String name, String refusal) {
    return with(new Line(name, Optional.empty(), Optional.empty(), refusal));
  }

  private FleetPage with(Line line) {
    var more = new ArrayList<>(lines);
    more.add(line);
    return new FleetPage(List.copyOf(more), frame);
  }

  /**
   * Adds the program's version and the command that makes the page again.
   *
   * @param command the words of the command line, the program first; empty for none
   * @param version the program's name and version
   * @return a copy with both
   */
  public FleetPage madeBy(List<String> command, String version) {
    return new FleetPage(lines, new Frame(List.copyOf(command), version));
  }

  @Override
  public String html() {
    return frame.around(lines.size() + " checkpoints", this::sections);
  }

  private void sections(Markup page) {
    long refused = lines.stream().filter(line -> line.summary().isEmpty()).count();
    page.in("header").leaf("p", "Checkpoints", "class", "kicker");
    page.leaf("h1", lines.size() + " checkpoints");
    page.in("p", "class", "lead");
    if (refused > 0) {
      page.leaf("span", refused + " can't be read", "class", "verdict bad").text(" ");
    }
    long bytes = lines.stream().mapToLong(Line::bytes).sum();
    page.text(ByteSize.text(bytes) + " of files.").end().end();
    page.in("section").leaf("h2", "What they are").in("div", "class", "scroll");
    page.table("Checkpoint", "Format", "Family", "Grid", "Parameters", "Optimizer", "Size", "");
    long longest = lines.stream().mapToLong(Line::bytes).max().orElse(0);
    lines.forEach(line -> row(page, line, longest));
    page.end().end().end().end();
  }

  private static void row(Markup page, Line line, long longest) {
    page.in("tr", "class", line.summary().isEmpty() ? "refused" : "");
    page.in("td").name(line.name()).end();
    if (line.summary().isEmpty()) {
      page.leaf("td", line.refusal(), "class", "bad", "colspan", 7).end();
      return;
    }
    CheckpointSummary summary = line.summary().get();
    page.leaf("td", summary.format()).leaf("td", summary.family().orElse("unknown"));
    page.leaf("td", summary.grid().toString().replace(", ", " × "), "class", "whole");
    page.leaf("td", parameters(summary));
    page.leaf("td", line.optimizer().map(FleetPage::optimizer).orElse("–"));
    page.leaf("td", ByteSize.text(line.bytes()), "class", "whole").in("td", "class", "bar");
    Bar.write(page, longest, line.bytes(), 0);
    page.end().end();
  }

  private static String parameters(CheckpointSummary summary) {
    long all = summary.parameters().values().stream().mapToLong(count -> count).sum();
    String types =
        summary.parameters().keySet().stream()
            .map(DType::torchName)
            .collect(Collectors.joining(", "));
    return String.format(Locale.ROOT, "%,d %s", all, types);
  }

  private static String optimizer(OptimizerOutline optimizer) {
    String step =
        optimizer.step().isPresent()
            ? String.format(Locale.ROOT, ", step %,d", optimizer.step().getAsLong())
            : "";
    return optimizer.kind().orElse("yes") + step;
  }
}
