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
 * A page of HTML that shows a plan, or a plan and its run. Immutable: methods that add to it return
 * a copy. The page is the same for the same input, except for times and measurements.
 */
public final class HtmlReport {
  private final Contents contents;

  private HtmlReport(Contents contents) {
    this.contents = contents;
  }

  /**
   * Makes a page that shows a plan.
   *
   * @param plan the plan to show
   * @return a page without a run, command and version
   */
  public static HtmlReport of(ReshardPlan plan) {
    return new HtmlReport(
        new Contents(plan, Optional.empty(), RunCourse.NONE, List.of(), "", Remedy::toString));
  }

  /**
   * Adds the run of the plan.
   *
   * @param report the run's result
   * @param course the samples of a {@link RunRecorder}; {@link RunCourse#NONE} for none
   * @return a copy with the run
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
   * Adds the program's version and the command that repeats the run.
   *
   * @param command the words of the command line, the program first; empty for none
   * @param version the program's name and version
   * @return a copy with both
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
   * Sets how the page words the remedies in its notes; by default in the words of the API.
   *
   * @param words the wording of a remedy, such as an option of the command line
   * @return a copy with that wording
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
   * Renders the page.
   *
   * @return HTML that is also well-formed XML
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

  /** Keeps browsers from running or loading anything, even if something escaped the escaping. */
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  private static String style() {
    try (InputStream rules = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(rules.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /**
   * Checks that a page can be written to a path, before a run.
   *
   * @param file the path of the page
   * @param request the request of the run, whose inputs the page must not replace
   * @param overwrite whether the page may replace an existing file
   * @throws UnsafeCheckpointException if the file exists and may not be replaced, is no regular
   *     file, or is an input of the run, or if its folder does not exist
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
   * Writes the page atomically.
   *
   * @param file the path of the page
   * @param overwrite whether an existing file may be replaced
   * @throws UnsafeCheckpointException as {@link #requireWritable} does
   * @throws CheckpointIoException if writing fails; the path is left as it was before
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
