package io.shardwright.core.report;

import io.shardwright.core.Verification.TensorSum;
import java.util.List;

/** The SHA-256 of every stored tensor, folded away. */
record ManifestSection(List<TensorSum> sums) implements Section {
  @Override
  public void write(Markup page) {
    if (sums.isEmpty()) {
      return;
    }
    page.in("section").leaf("h2", "Manifest");
    page.in("details").leaf("summary", "SHA-256 of " + sums.size() + " stored tensors");
    page.in("div", "class", "scroll").in("table", "class", "rows").in("thead").in("tr");
    List.of("SHA-256", "Type", "Shape", "Tensor", "File")
        .forEach(title -> page.leaf("th", title, "scope", "col"));
    page.end().end().in("tbody");
    sums.forEach(sum -> row(page, sum));
    page.end().end().end().end().end();
  }

  private static void row(Markup page, TensorSum sum) {
    page.in("tr")
        .in("td")
        .name(sum.sha256())
        .end()
        .leaf("td", sum.spec().dtype().torchName())
        .leaf("td", sum.spec().shape().toString())
        .in("td")
        .leaf("code", sum.spec().name())
        .end()
        .in("td")
        .name(sum.file())
        .end()
        .end();
  }
}
