package io.shardwright.core.report;

import io.shardwright.core.ReshardRequest;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.PlanRejectedException.Alternative;
import io.shardwright.spi.error.Remedy;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A page of HTML that shows why a plan is impossible, and which grids would be possible. Immutable:
 * methods that add to it return a copy.
 */
public final class RefusalPage implements HtmlPage {
  private final ReshardRequest request;
  private final PlanRejectedException refusal;
  private final Frame frame;
  private final Function<Remedy, String> words;

  private RefusalPage(
      ReshardRequest request,
      PlanRejectedException refusal,
      Frame frame,
      Function<Remedy, String> words) {
    this.request = request;
    this.refusal = refusal;
    this.frame = frame;
    this.words = words;
  }

  /**
   * Makes a page that shows a refusal.
   *
   * @param request the request that was refused
   * @param refusal why
   * @return a page without command and version
   */
  public static RefusalPage of(ReshardRequest request, PlanRejectedException refusal) {
    return new RefusalPage(request, refusal, Frame.NONE, Remedy::toString);
  }

  /**
   * Adds the program's version and the command that makes the page again.
   *
   * @param command the words of the command line, the program first; empty for none
   * @param version the program's name and version
   * @return a copy with both
   */
  public RefusalPage madeBy(List<String> command, String version) {
    return new RefusalPage(request, refusal, new Frame(List.copyOf(command), version), words);
  }

  /**
   * Sets how the page words remedies; by default in the words of the API.
   *
   * @param wording the wording of a remedy, such as an option of the command line
   * @return a copy with that wording
   */
  public RefusalPage saying(Function<Remedy, String> wording) {
    return new RefusalPage(request, refusal, frame, wording);
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public String html() {
    String title = name(request.source()) + " → " + name(request.target());
    return frame.around(title, this::sections);
  }

  private void sections(Markup page) {
    page.in("header").leaf("p", "Checkpoint report", "class", "kicker");
    page.in("h1").leaf("span", name(request.source()), "class", "name");
    page.leaf("span", " → ", "class", "arrow");
    page.leaf("span", name(request.target()), "class", "name").end();
    page.in("p", "class", "lead").leaf("span", "Refused", "class", "verdict bad");
    page.text(" This plan is impossible; nothing was written.").end().end();
    page.in("section", "class", "refusal").leaf("h2", "Why").in("ul");
    refusal.problems(words).forEach(problem -> page.leaf("li", problem));
    page.end().end();
    if (!refusal.alternatives().isEmpty()) {
      page.in("section").leaf("h2", "What is possible with as many ranks").in("ul");
      refusal.alternatives().stream()
          .map(Alternative::toString)
          .forEach(grid -> page.leaf("li", grid));
      page.end().end();
    }
  }
}
