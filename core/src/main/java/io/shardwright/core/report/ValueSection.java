package io.shardwright.core.report;

import io.shardwright.core.Verification.TensorSum;
import io.shardwright.core.outline.ValueStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The distribution of the values of every stored tensor; tensors with NaN or infinities come first.
 */
final class ValueSection {
  private static final int MOST_ROWS = 2500;
  private static final int MOST_ODD = 200;

  private final List<TensorSum> tensors;
  private int rows;
  private long left;

  ValueSection(List<TensorSum> tensors) {
    this.tensors = tensors;
  }

  void write(Markup page) {
    var odd = tensors.stream().filter(ValueSection::odd).toList();
    page.in("section").leaf("h2", "Values");
    verdict(page, odd.size());
    if (!odd.isEmpty()) {
      table(page, odd.subList(0, Math.min(odd.size(), MOST_ODD)));
    }
    page.leaf(
        "p",
        "Of every stored tensor, its finite values: a histogram from the smallest to the largest.",
        "class",
        "note");
    Map<String, List<TensorSum>> groups = new LinkedHashMap<>();
    tensors.forEach(
        tensor ->
            groups
                .computeIfAbsent(
                    TensorName.of(tensor.spec().name()).group(), g -> new ArrayList<>())
                .add(tensor));
    groups.forEach((group, own) -> group(page, group, own));
    if (left > 0) {
      String more = " more tensors are not listed here.";
      page.leaf("p", String.format(Locale.ROOT, "%,d", left) + more, "class", "note");
    }
    page.end();
  }

  private void verdict(Markup page, int odd) {
    page.in("p");
    if (odd == 0) {
      page.leaf("span", "✓ No NaN, no infinity", "class", "verdict good");
      page.text(String.format(Locale.ROOT, " in %,d tensors.", tensors.size()));
    } else {
      page.leaf("span", "NaN or infinite values", "class", "verdict bad");
      page.text(String.format(Locale.ROOT, " in %,d of %,d tensors", odd, tensors.size()));
      page.text(odd > MOST_ODD ? ", of which the first " + MOST_ODD + " are listed." : ".");
    }
    page.end();
  }

  private static boolean odd(TensorSum tensor) {
    return tensor.nan().orElse(0) + tensor.infinite().orElse(0) > 0;
  }

  private void group(Markup page, String group, List<TensorSum> own) {
    int room = Math.max(0, MOST_ROWS - rows);
    var shown = own.subList(0, Math.min(room, own.size()));
    left += own.size() - shown.size();
    rows += shown.size();
    if (!shown.isEmpty()) {
      page.in("details").in("summary").leaf("b", group.isEmpty() ? "outside of layers" : group);
      page.text(String.format(Locale.ROOT, ", %,d tensors", own.size())).end();
      table(page, shown);
      page.end();
    }
  }

  private static void table(Markup page, List<TensorSum> tensors) {
    page.in("div", "class", "scroll")
        .table(
            "Tensor", "Histogram", "Min", "Max", "Mean", "Deviation", "NaN", "Infinite", "Zeros");
    tensors.forEach(tensor -> row(page, tensor));
    page.end().end().end();
  }

  private static void row(Markup page, TensorSum tensor) {
    Optional<ValueStatistics> found = tensor.statistics();
    page.in("tr").in("td").name(tensor.spec().name());
    page.leaf("span", tensor.file(), "class", "where").end();
    page.in("td");
    found.ifPresent(known -> histogram(page, known));
    page.end();
    number(page, found.map(ValueStatistics::min));
    number(page, found.map(ValueStatistics::max));
    number(page, found.map(ValueStatistics::mean));
    number(page, found.map(ValueStatistics::deviation));
    count(page, tensor.nan().orElse(0), true);
    count(page, tensor.infinite().orElse(0), true);
    count(page, found.map(ValueStatistics::zeros).orElse(0L), false);
    page.end();
  }

  private static void number(Markup page, Optional<Double> value) {
    page.leaf("td", value.map(v -> String.format(Locale.ROOT, "%.4g", v)).orElse("–"));
  }

  private static void count(Markup page, long count, boolean odd) {
    String text = String.format(Locale.ROOT, "%,d", count);
    page.leaf("td", text, "class", odd && count > 0 ? "bad" : "");
  }

  /** One path: a page has thousands. */
  private static void histogram(Markup page, ValueStatistics found) {
    var parts = found.histogram();
    long most = parts.stream().mapToLong(part -> part).max().orElse(1);
    double width = 120.0 / parts.size();
    var path = new StringBuilder("M0,30");
    for (int i = 0; i < parts.size(); i++) {
      double top = 30 - 29.0 * parts.get(i) / Math.max(1, most);
      path.append('V').append(Markup.number(top));
      path.append('H').append(Markup.number((i + 1) * width));
    }
    page.in("svg", "viewBox", "0 0 120 31", "class", "histogram", "role", "img");
    page.empty("path", "d", path.append("V30Z").toString()).end();
  }
}
