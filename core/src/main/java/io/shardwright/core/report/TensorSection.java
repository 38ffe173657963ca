package io.shardwright.core.report;

import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.report.Inventory.Kind;
import java.util.List;
import java.util.Locale;

/** Every tensor with its element type and shape, layer by layer, folded away. */
final class TensorSection {
  /** A page of more rows is slow to open. */
  private static final int MOST_ROWS = 4000;

  private final Inventory inventory;
  private int rows;
  private long left;

  TensorSection(Inventory inventory) {
    this.inventory = inventory;
  }

  void write(Markup page) {
    page.in("section").leaf("h2", "Tensors");
    String what =
        inventory.logical()
            ? "Whole tensors, merged from their shards, and how tensor parallelism cuts them."
            : "Tensors as they are stored; those of the same name and shape are counted together.";
    page.leaf("p", what, "class", "note");
    inventory.groups().forEach((group, kinds) -> group(page, group, kinds));
    if (left > 0) {
      String more = " more tensors are not listed here.";
      page.leaf("p", String.format(Locale.ROOT, "%,d", left) + more, "class", "note");
    }
    page.end();
  }

  private void group(Markup page, String group, List<Kind> kinds) {
    long tensors = kinds.stream().mapToLong(Kind::count).sum();
    if (rows + kinds.size() > MOST_ROWS && rows > 0) {
      left += tensors;
      return;
    }
    var shown = kinds.subList(0, Math.min(kinds.size(), MOST_ROWS));
    left += kinds.stream().skip(shown.size()).mapToLong(Kind::count).sum();
    rows += shown.size();
    String bytes = ByteSize.text(kinds.stream().mapToLong(Kind::bytes).sum());
    page.in("details").in("summary").leaf("b", group.isEmpty() ? "outside of layers" : group);
    page.text(String.format(Locale.ROOT, ", %,d tensors, %s", tensors, bytes)).end();
    page.in("div", "class", "scroll");
    if (inventory.logical()) {
      page.table("Tensor", "Type", "Shape", "Cut", "Bytes");
    } else {
      page.table("Tensor", "Type", "Shape", "Bytes");
    }
    shown.forEach(kind -> row(page, kind));
    page.end().end().end().end();
  }

  private void row(Markup page, Kind kind) {
    page.in("tr").in("td").name(kind.shown());
    if (kind.count() > 1) {
      page.text(String.format(Locale.ROOT, " × %,d", kind.count()));
    }
    page.end().leaf("td", kind.spec().dtype().torchName());
    page.leaf("td", kind.spec().shape().toString());
    if (inventory.logical()) {
      page.leaf("td", kind.cut());
    }
    page.leaf("td", ByteSize.text(kind.bytes())).end();
  }
}
