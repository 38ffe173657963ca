package io.shardwright.core.report;

import io.shardwright.core.Manifest;
import java.util.List;

/** The SHA-256 of every tensor, folded away. */
record ManifestSection(Manifest manifest) implements Section {
  @Override
  public void write(Markup page) {
    var sums = manifest.tensors();
    page.in("section").leaf("h2", "Manifest");
    page.leaf("p", what(), "class", "note");
    page.in("details").leaf("summary", "SHA-256 of " + sums.size() + " tensors");
    page.in("div", "class", "scroll").in("table", "class", "rows").in("thead").in("tr");
    List.of("Tensor", "Type", "Shape", "SHA-256")
        .forEach(title -> page.leaf("th", title, "scope", "col"));
    page.end().end().in("tbody");
    sums.forEach(entry -> row(page, entry));
    page.end().end().end().end().end();
  }

  private String what() {
    String rows = manifest.vocabularyKnown() ? "" : " The vocabulary's padding is counted in.";
    return manifest.family().isPresent()
        ? "Of whole tensors under their canonical names: the same for every grid, layout and naming"
            + " of this model."
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
