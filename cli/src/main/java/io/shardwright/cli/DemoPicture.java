package io.shardwright.cli;

import io.shardwright.core.StoredTensor;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which rank gets what of a column-cut and a row-cut matrix, drawn from the files themselves. */
final class DemoPicture {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 6;
  private static final String LAYER = "model.backbone.transformer.layers.0.";

  private final List<StoredTensor> whole;
  private final List<StoredTensor> split;

  DemoPicture(List<StoredTensor> whole, List<StoredTensor> split) {
    this.whole = whole;
    this.split = split;
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    draw(LAYER + "self_attention.query_key_value.weight", lines);
    draw(LAYER + "mlp.dense_4h_to_h.weight", lines);
    return lines;
  }

  private void draw(String name, List<String> lines) {
    Shape before = shape(whole, name);
    Shape after = shape(split, name);
    boolean rows = before.dim(0) != after.dim(0);
    lines.add("");
    lines.add(name);
    lines.add(
        String.format(
            Locale.ROOT, "  %s, cut on axis %d -> %s per rank", before, rows ? 0 : 1, after));
    for (int line = 0; line < HEIGHT; line++) {
      int upper = line * 2 < HEIGHT ? 0 : 1;
      String ranks =
          rows
              ? Integer.toString(upper).repeat(WIDTH)
              : "0".repeat(WIDTH / 2) + "1".repeat(WIDTH / 2);
      lines.add("  |" + "x".repeat(WIDTH) + "|   |" + ranks + "|");
    }
    lines.add(
        String.format(
            Locale.ROOT, "   %-" + WIDTH + "s     %s", "TP 1", "TP 2: rank 0 and rank 1"));
  }

  private static Shape shape(List<StoredTensor> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.spec().name().equals(name))
        .findFirst()
        .orElseThrow()
        .spec()
        .shape();
  }
}
