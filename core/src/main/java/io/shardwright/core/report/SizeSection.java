package io.shardwright.core.report;

import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.report.TensorName.Role;
import java.util.Map;

/**
 * Where the bytes are: by part of the model, and as a map of layers and kinds.
 *
 * @param stored bytes of all stored tensors
 */
record SizeSection(Inventory inventory, long stored) {
  void write(Markup page) {
    if (inventory.bytes() == 0) {
      return;
    }
    page.in("section").leaf("h2", "Sizes");
    page.leaf(
        "p",
        "Areas are bytes: a rectangle for each layer, within it one for each kind of tensor; the"
            + " colour is the part of the model.",
        "class",
        "note");
    if (inventory.logical() && inventory.bytes() != stored) {
      page.leaf("p", difference(), "class", "note");
    }
    roles(page);
    Treemap map = inventory.treemap();
    map.write(page, 960, 480, "map wide");
    map.write(page, 330, 560, "map narrow");
    page.end();
  }

  /** Copies on several ranks are counted once, quantized weights as the numbers that they mean. */
  private String difference() {
    return "Whole tensors are counted, as numbers: "
        + ByteSize.text(inventory.bytes())
        + ". Stored are "
        + ByteSize.text(stored)
        + ", with the copies of several ranks, and with quantized weights as their codes.";
  }

  private void roles(Markup page) {
    Map<Role, Long> roles = inventory.roles();
    long all = inventory.bytes();
    page.in("table", "class", "shares").in("tbody");
    roles.forEach(
        (role, bytes) -> {
          page.in("tr").in("th", "scope", "row");
          page.leaf("i", "", "class", "dot", "style", "background: " + role.colour());
          page.text(role.label()).end();
          page.in("td", "class", "bar").in("div", "class", "line-bar");
          String width = "width: " + Bar.percent(all, bytes) + "%; background: " + role.colour();
          page.leaf("i", "", "style", width).end().end();
          page.leaf("td", ByteSize.text(bytes));
          page.leaf("td", Bar.percent(all, bytes) + " %").end();
        });
    page.end().end();
  }
}
