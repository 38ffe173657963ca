package io.shardwright.core.report;

import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.publish.Overlap;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.internal.publish.TargetName;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.ShellWords;
import io.shardwright.core.outline.WeightMerge;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A plan, or a run of it, as one page. Immutable: the methods that add to it return another. The
 * page is the same for the same input, but for times and what was measured.
 */
public final class HtmlReport {
  private final Contents contents;

  private HtmlReport(Contents contents) {
    this.contents = contents;
  }

  /**
   * A page on a plan that was not run.
   *
   * @param plan to show
   * @return without command and version
   */
  public static HtmlReport of(ReshardPlan plan) {
    return new HtmlReport(
        new Contents(plan, Optional.empty(), RunCourse.NONE, List.of(), "", Remedy::toString));
  }

  /**
   * Adds how the run went.
   *
   * @param report what it did
   * @param course what a {@link RunRecorder} saw; {@link RunCourse#NONE} for nothing
   * @return another page
   */
  public HtmlReport ran(Report report, RunCourse course) {
    return new HtmlReport(
        new Contents(
            contents.plan(),
            Optional.of(report),
            course,
            contents.command(),
            contents.version(),
            contents.words()));
  }

  /**
   * Adds who made it and how to do it again.
   *
   * @param command the command line's words, the program first; empty for none
   * @param version the program's name and version
   * @return another page
   */
  public HtmlReport madeBy(List<String> command, String version) {
    return new HtmlReport(
        new Contents(
            contents.plan(),
            contents.report(),
            contents.course(),
            List.copyOf(command),
            version,
            contents.words()));
  }

  /**
   * Names settings as the page's readers do.
   *
   * @param words what a setting is called in notes; the API's words where none are given
   * @return another page
   */
  public HtmlReport saying(Function<Remedy, String> words) {
    return new HtmlReport(
        new Contents(
            contents.plan(),
            contents.report(),
            contents.course(),
            contents.command(),
            contents.version(),
            words));
  }

  /**
   * The page.
   *
   * @return HTML that is well-formed XML too
   */
  public String html() {
    var page = new Markup();
    page.in("html", "lang", "en");
    head(page);
    page.in("body").in("main");
    new Headline(contents).write(page);
    new GridSection(contents.plan().outline()).write(page);
    new CutSection(contents.plan().outline()).write(page);
    contents.plan().outline().lora().ifPresent(lora -> new LoraSection(lora).write(page));
    new ChangeSection(contents).write(page);
    new CourseSection(contents).write(page);
    new VerificationSection(contents).write(page);
    contents
        .report()
        .flatMap(Report::manifest)
        .ifPresent(manifest -> new ManifestSection(manifest).write(page));
    new CommandSection(contents).write(page);
    page.end().end().end();
    return page.page();
  }

  private void head(Markup page) {
    page.in("head")
        .empty("meta", "charset", "utf-8")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .empty("meta", "name", "color-scheme", "content", "light dark")
        .empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY)
        .leaf("title", Headline.title(contents))
        .in("style")
        .rules(style())
        .end()
        .end();
  }

  /** Even if something got past the escaping, a browser would neither run nor load it. */
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  private static String style() {
    try (InputStream rules = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(rules.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /**
   * Refuses a place where no page can be written.
   *
   * @param file where a page on a request is to be written
   * @param request says what is read
   * @param overwrite whether the page may replace another file
   * @throws UnsafeCheckpointException if it exists and may not be replaced, is no regular file, or
   *     is one that is read, or if its folder does not exist
   */
  public static void requireWritable(Path file, ReshardRequest request, boolean overwrite) {
    Path at = file.toAbsolutePath().normalize();
    TargetName.refuseExisting(at, overwrite);
    request.inputs().forEach(input -> Overlap.refuseFile(input, at));
    if (Files.isDirectory(at)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          file.toString(),
          "is a folder, expected a new name for the report");
    }
    if (at.getParent() == null || !Files.isDirectory(at.getParent()) && !made(at, request)) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED,
          file.toString(),
          "can't be written: its folder does not exist; make it first");
    }
    if (Files.isDirectory(at.getParent()) && !Files.isWritable(at.getParent())) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_DENIED, file.toString(), "can't be written: permission denied");
    }
  }

  /** Whether the run makes the page's folder, on the way to its target. */
  private static boolean made(Path page, ReshardRequest request) {
    Path target = request.target().toAbsolutePath().normalize();
    return request.run().mkdirs() && target.startsWith(page.getParent());
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @param file where to
   * @param overwrite whether an existing file may be replaced
   * @throws UnsafeCheckpointException if it exists and may not
   * @throws CheckpointIoException if it can't be written
   */
  public void write(Path file, boolean overwrite) {
    requireWritable(file, contents.plan().request(), overwrite);
    try (var page = SideFile.stage(file, html().getBytes(StandardCharsets.UTF_8), false)) {
      page.publish(overwrite);
    }
  }

  /** How to do it again, when it was done and by what. */
  private record CommandSection(Contents contents) implements Section {
    @Override
    public void write(Markup page) {
      if (!contents.command().isEmpty()) {
        page.in("section").leaf("h2", "Do it again");
        page.in("pre", "tabindex", "0")
            .leaf("code", ShellWords.line(contents.command()))
            .end()
            .end();
      }
      String made = contents.version().isEmpty() ? "Made" : "Made by " + contents.version();
      var now = ZonedDateTime.now().truncatedTo(ChronoUnit.SECONDS);
      page.in("footer")
          .text(made + " on ")
          .leaf("time", now.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME))
          .text(
              ", Java "
                  + Runtime.version().feature()
                  + ", "
                  + Runtime.getRuntime().availableProcessors()
                  + " processors. This page runs no script and loads nothing.")
          .end();
    }
  }

  /** What a LoRA adds to the model, weight by weight. */
  private record LoraSection(LoraMerge lora) implements Section {
    @Override
    public void write(Markup page) {
      page.in("section").leaf("h2", "Merged LoRA");
      page.in("p").name(lora.adapter());
      page.text(
              String.format(
                  Locale.ROOT,
                  " changes %,d of the model's matrices by %,d products of its own, %,d values:"
                      + " W + scale · B · A.",
                  lora.weights(),
                  lora.products(),
                  lora.values()))
          .end();
      page.in("div", "class", "scroll").in("table", "class", "rows").in("thead").in("tr");
      List.of("Weight", "Matrices", "Rows of each", "Rank", "Scale")
          .forEach(title -> page.leaf("th", title, "scope", "col"));
      page.end().end().in("tbody");
      lora.merges().forEach(merge -> row(page, merge));
      page.end().end().end().end();
    }

    private static void row(Markup page, WeightMerge merge) {
      page.in("tr").in("th", "scope", "row").name(merge.weight()).end();
      for (long number : new long[] {merge.weights(), merge.rows(), merge.rank()}) {
        page.leaf("td", String.format(Locale.ROOT, "%,d", number));
      }
      page.leaf("td", Float.toString(merge.scale())).end();
    }
  }
}
