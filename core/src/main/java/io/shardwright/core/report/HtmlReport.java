package io.shardwright.core.report;

import io.shardwright.core.Manifest;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.WeightMerge;
import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of HTML that shows a plan, or a plan and its run. Immutable: methods that add to it return
 * a copy. The page is the same for the same input, except for times and measurements.
 */
public final class HtmlReport implements HtmlPage {
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
   * Returns the request whose plan the page shows.
   *
   * @return the request
   */
  public ReshardRequest request() {
    return contents.plan().request();
  }

  @Override
  public String html() {
    var frame = new Frame(contents.command(), contents.version());
    return frame.around(Headline.title(contents), this::sections);
  }

  private void sections(Markup page) {
    new Headline(contents).write(page);
    new ComparedSizes(contents.plan()).write(page);
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
  }

  /** What a LoRA adds to the model, weight by weight. */
  private record LoraSection(LoraMerge lora) {
    void write(Markup page) {
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
      page.in("div", "class", "scroll")
          .table("Weight", "Matrices", "Rows of each", "Rank", "Scale");
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

  /** What was compared, and what was found. */
  private record VerificationSection(Contents contents) {
    void write(Markup page) {
      if (contents.report().isEmpty()) {
        return;
      }
      Report report = contents.report().get();
      page.in("section", "class", "card").leaf("h2", "Verification");
      if (report.verified()) {
        verified(page, report);
      } else {
        page.leaf("p", "The target was not read back, as requested.");
      }
      page.end();
    }

    private void verified(Markup page, Report report) {
      page.leaf(
          "p",
          "Before it was published, the target was opened afresh by the reader of its format."
              + " Names, element types, shapes and objects were compared with the plan, and the"
              + " CRC-32 of every tensor with that of the bytes that were read from the source and"
              + " written.",
          "class",
          "note");
      page.in("dl", "class", "figures");
      figure(page, "Stored tensors", count(report.tensors()));
      figure(page, "Values", count(contents.plan().outline().values()));
      figure(page, "Target bytes", count(report.bytesWritten()));
      figure(page, "CRC-32 compared", count(report.tensors()));
      page.end();
      page.in("ul", "class", "checks");
      for (String kind : List.of("missing", "extra", "shape", "type", "value")) {
        page.in("li").leaf("b", "0").text(" " + kind).end();
      }
      page.end();
    }

    private static String count(long number) {
      return String.format(Locale.ROOT, "%,d", number);
    }

    private static void figure(Markup page, String name, String value) {
      page.in("div").leaf("dt", name).leaf("dd", value).end();
    }
  }

  /** The SHA-256 of every tensor, folded away. */
  private record ManifestSection(Manifest manifest) {
    void write(Markup page) {
      var sums = manifest.tensors();
      page.in("section").leaf("h2", "Manifest");
      page.leaf("p", what(), "class", "note");
      page.in("details").leaf("summary", "SHA-256 of " + sums.size() + " tensors");
      page.in("div", "class", "scroll").table("Tensor", "Type", "Shape", "SHA-256");
      sums.forEach(entry -> row(page, entry));
      page.end().end().end().end().end();
    }

    private String what() {
      String rows = manifest.vocabularyKnown() ? "" : " The sums include the vocabulary's padding.";
      return manifest.family().isPresent()
          ? "Of whole tensors under their canonical names: the same for every grid, layout and"
              + " naming of this model."
              + rows
          : "Of tensors as they are stored.";
    }

    private static void row(Markup page, Manifest.Entry entry) {
      page.in("tr")
          .in("td")
          .name(entry.spec().name())
          .end()
          .leaf("td", entry.spec().dtype().torchName())
          .leaf("td", entry.spec().shape().toString())
          .in("td")
          .leaf("code", entry.sha256(), "class", "sum")
          .end()
          .end();
    }
  }
}
