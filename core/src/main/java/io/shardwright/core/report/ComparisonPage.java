package io.shardwright.core.report;

import io.shardwright.core.Comparison;
import io.shardwright.core.TensorDifference;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of HTML that shows in what two checkpoints differ, layer by layer. Immutable: methods that
 * add to it return a copy.
 */
public final class ComparisonPage implements HtmlPage {
  private static final int MOST_ROWS = 3000;
  private static final int MOST_KEYS = 1000;
  private static final int LONGEST = 300;

  /** What the colours mean, in the order of the legend. */
  private static final Map<String, String> LEGEND = legend();

  private final Comparison found;
  private final String first;
  private final String second;
  private final Frame frame;
  private final Function<Remedy, String> words;

  private ComparisonPage(
      Comparison found, String first, String second, Frame frame, Function<Remedy, String> words) {
    this.found = found;
    this.first = first;
    this.second = second;
    this.frame = frame;
    this.words = words;
  }

  private static Map<String, String> legend() {
    var legend = new LinkedHashMap<String, String>();
    legend.put("equal", "equal");
    legend.put("step0", "below 1e-6");
    legend.put("step1", "below 1e-4");
    legend.put("step2", "below 0.01");
    legend.put("step3", "below 1");
    legend.put("step4", "1 and above");
    legend.put("shape-differs", "S: shapes differ");
    legend.put("only-first", "only in A");
    legend.put("only-second", "only in B");
    return legend;
  }

  /**
   * Makes a page that shows a comparison.
   *
   * @param found the comparison
   * @param first the first checkpoint's name
   * @param second the second checkpoint's name
   * @return a page without command and version
   */
  public static ComparisonPage of(Comparison found, String first, String second) {
    return new ComparisonPage(found, first, second, Frame.NONE, Remedy::toString);
  }

  /**
   * Adds the program's version and the command that makes the page again.
   *
   * @param command the words of the command line, the program first; empty for none
   * @param version the program's name and version
   * @return a copy with both
   */
  public ComparisonPage madeBy(List<String> command, String version) {
    return new ComparisonPage(
        found, first, second, new Frame(List.copyOf(command), version), words);
  }

  /**
   * Sets how the page words the remedies in its notes; by default in the words of the API.
   *
   * @param wording the wording of a remedy, such as an option of the command line
   * @return a copy with that wording
   */
  public ComparisonPage saying(Function<Remedy, String> wording) {
    return new ComparisonPage(found, first, second, frame, wording);
  }

  @Override
  public String html() {
    return frame.around(first + " and " + second, this::sections);
  }

  private void sections(Markup page) {
    header(page);
    var all = LayerDifference.of(found);
    layers(page, all);
    tensors(page);
    settings(page);
  }

  private void header(Markup page) {
    page.in("header").leaf("p", "Comparison", "class", "kicker");
    page.in("h1").leaf("span", first, "class", "name").leaf("span", " and ", "class", "arrow");
    page.leaf("span", second, "class", "name").end();
    page.in("p", "class", "lead");
    String compared =
        String.format(Locale.ROOT, "%,d %s tensors compared", found.compared(), kind());
    if (found.same()) {
      page.leaf("span", "✓ Same", "class", "verdict good").text(" " + compared + ", all equal.");
    } else {
      page.leaf("span", "Different", "class", "verdict bad");
      page.text(
          String.format(Locale.ROOT, " %s, %,d differ.", compared, found.differences().size()));
    }
    page.text(" A is ").leaf("strong", first).text(", B is ").leaf("strong", second).text(".");
    page.end().end();
  }

  private String kind() {
    return found.logical() ? "logical" : "stored";
  }

  private static void layers(Markup page, Map<String, Map<String, LayerDifference>> all) {
    var layers = new LinkedHashMap<>(all);
    var loose = layers.remove("");
    page.in("section").leaf("h2", "Layer by layer");
    page.leaf(
        "p",
        "A cell for each kind of tensor in each layer; its colour is the largest absolute"
            + " difference of two values.",
        "class",
        "note");
    page.in("div", "class", "chips");
    LEGEND.forEach((style, text) -> chip(page, style, text));
    page.end();
    if (!layers.isEmpty()) {
      var grid = new DifferenceGrid(layers);
      page.in("div", "class", "differences wide");
      grid.write(page, 940, "wide");
      page.end().in("div", "class", "differences narrow");
      grid.write(page, 320, "narrow");
      page.end();
    }
    if (loose != null) {
      page.leaf("h3", "Outside of layers").in("div", "class", "chips");
      loose.entrySet().stream()
          .limit(MOST_KEYS)
          .forEach(e -> chip(page, e.getValue().style(), e.getKey() + ": " + e.getValue().text()));
      page.end();
    }
    summary(page, all);
    page.end();
  }

  private static void chip(Markup page, String style, String text) {
    page.in("span", "class", "chip").leaf("i", "", "class", style).text(text).end();
  }

  private static void summary(Markup page, Map<String, Map<String, LayerDifference>> all) {
    page.in("details").leaf("summary", "Numbers by layer").in("div", "class", "scroll");
    page.table("Layer", "Tensors", "Differ", "Worst");
    all.forEach(
        (layer, kinds) -> {
          var sum = kinds.values().stream().reduce(LayerDifference::with).orElseThrow();
          page.in("tr").leaf("th", layer.isEmpty() ? "outside of layers" : layer, "scope", "row");
          page.leaf("td", String.format(Locale.ROOT, "%,d", sum.tensors()));
          page.leaf("td", String.format(Locale.ROOT, "%,d", sum.differing()));
          page.leaf("td", sum.text()).end();
        });
    page.end().end().end().end();
  }

  private void tensors(Markup page) {
    if (found.same()) {
      return;
    }
    page.in("section").leaf("h2", "Tensors that differ").in("div", "class", "scroll");
    page.table("Tensor", "A", "B", "Values that differ", "At most by", "Relative");
    found.differences().stream().limit(MOST_ROWS).forEach(one -> row(page, one));
    page.end().end().end();
    more(page, found.differences().size() - MOST_ROWS);
    page.end();
  }

  private static void more(Markup page, int left) {
    if (left > 0) {
      String text = String.format(Locale.ROOT, "%,d more are not listed here.", left);
      page.leaf("p", text, "class", "note");
    }
  }

  private static void row(Markup page, TensorDifference one) {
    boolean measured = one.compared() > 0;
    page.in("tr").in("td").name(one.name()).end();
    page.leaf("td", spec(one.first())).leaf("td", spec(one.second()));
    page.leaf(
        "td",
        measured ? String.format(Locale.ROOT, "%,d of %,d", one.differing(), one.compared()) : "–");
    page.leaf("td", measured ? LayerDifference.number(one.maxAbsolute()) : "–");
    page.leaf("td", measured ? LayerDifference.number(one.maxRelative()) : "–").end();
  }

  private static String spec(Optional<TensorSpec> spec) {
    return spec.map(known -> known.dtype().torchName() + " " + known.shape()).orElse("absent");
  }

  private void settings(Markup page) {
    var notes = found.notes(words);
    if (found.config().isEmpty() && found.artifacts().isEmpty() && notes.isEmpty()) {
      return;
    }
    page.in("section").leaf("h2", "Besides tensors");
    if (!found.config().isEmpty()) {
      page.in("div", "class", "scroll").table("Configuration key", "A", "B", "Describes");
      found.config().stream()
          .limit(MOST_KEYS)
          .forEach(
              key -> {
                page.in("tr").in("td").name(key.key()).end();
                page.leaf("td", shortened(key.first().orElse("absent")));
                page.leaf("td", shortened(key.second().orElse("absent")));
                page.leaf("td", key.layout() ? "layout" : "model").end();
              });
      page.end().end().end();
      more(page, found.config().size() - MOST_KEYS);
    }
    list(page, "Files", found.artifacts());
    list(page, "Notes", notes);
    page.end();
  }

  private static String shortened(String value) {
    return value.length() > LONGEST ? value.substring(0, LONGEST) + "…" : value;
  }

  private static void list(Markup page, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      page.leaf("h3", title).in("ul");
      lines.stream().limit(MOST_KEYS).forEach(line -> page.leaf("li", line));
      page.end();
      more(page, lines.size() - MOST_KEYS);
    }
  }
}
