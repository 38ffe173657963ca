package io.shardwright.cli;

import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A fused QKV in a terminal: a word for every head, where it lies and where it goes. */
final class DemoPicture {
  private static final List<String> COLOURS = List.of("36", "33", "32", "35");

  private final TensorPicture picture;
  private final Style style;
  private final long head;

  DemoPicture(TensorPicture picture, Style style) {
    this.picture = picture;
    this.style = style;
    this.head =
        picture.after().stream()
            .flatMap(panel -> panel.bands().stream())
            .mapToLong(band -> band.to() - band.from())
            .min()
            .orElse(1);
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add(style.strong(picture.name()));
    lines.add("  a word is a head of " + head + " rows, its digit the query group");
    picture.before().forEach(panel -> lines.add(line(shortName(panel), panel)));
    lines.add("  becomes");
    picture.after().forEach(panel -> lines.add(line(panel.where(), panel)));
    return lines;
  }

  private static String shortName(Panel panel) {
    String[] words = panel.tensor().split("\\.");
    return words[words.length - 2];
  }

  private String line(String name, Panel panel) {
    var line = new StringBuilder(String.format(Locale.ROOT, "    %-7s", name));
    for (Band band : panel.bands()) {
      String colour = COLOURS.get(band.rank() % COLOURS.size());
      for (long row = band.from(); row < band.to(); row += head) {
        line.append(' ').append(style.set(colour, word(band)));
      }
    }
    return line.toString();
  }

  private static String word(Band band) {
    return band.part().name().substring(0, 1) + band.group();
  }
}
