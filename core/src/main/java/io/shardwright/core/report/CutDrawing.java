package io.shardwright.core.report;

import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws a tensor before and after: panels striped by rank, and ribbons from where rows lie to where
 * they go. Rows run down, so the sides stand left and right; columns run across, so they stand
 * above and below.
 */
final class CutDrawing {
  /** Panels of a side that are drawn. */
  static final int MOST_PANELS = 8;

  private static final double WIDTH = 420;
  private static final double GAP = 7;
  private static final double LETTERS = 10.5;
  private static final double THICK = 70;
  private static final double MARGIN = 2;

  /** A drawn on the page: along and across the cut. */
  private record DrawnBand(double from, double to, Band band) {}

  /** A panel on the page. */
  private record Place(Panel panel, double from, double to, List<DrawnBand> bands) {}

  private final TensorPicture picture;
  private final String description;
  private final boolean across;
  private final double length;
  private final double nearFirst;
  private final double nearLast;
  private final double farFirst;
  private final double farLast;

  CutDrawing(TensorPicture picture, String description) {
    this.picture = picture;
    this.description = description;
    Panel first = picture.after().get(0);
    across = first.axis() == first.shape().rank() - 1 && first.shape().rank() > 1;
    length = across ? WIDTH - 2 * MARGIN : 250;
    nearFirst = across ? 30 : 108;
    nearLast = nearFirst + (across ? 44 : THICK);
    farLast = across ? 206 : WIDTH - 104;
    farFirst = farLast - (across ? 44 : THICK);
  }

  void write(Markup page) {
    var before = places(picture.before());
    var after = places(picture.after());
    double height = across ? farLast + 30 : length + 2 * MARGIN;
    page.in("svg", "viewBox", "0 0 " + (int) WIDTH + " " + (int) height, "role", "img");
    page.leaf("title", description);
    hatch(page);
    ribbons(page, before, after);
    before.forEach(place -> panel(page, place, nearFirst, nearLast, true));
    after.forEach(place -> panel(page, place, farFirst, farLast, false));
    page.end();
  }

  private void hatch(Markup page) {
    page.in("defs")
        .in(
            "pattern",
            "id",
            hatchId(),
            "width",
            5,
            "height",
            5,
            "patternUnits",
            "userSpaceOnUse",
            "patternTransform",
            "rotate(45)")
        .empty("line", "x1", 0, "y1", 0, "x2", 0, "y2", 5, "class", "hatch")
        .end()
        .end();
  }

  /** Of its own for each drawing of the page. */
  private String hatchId() {
    return "padding-" + picture.kind().name().toLowerCase(Locale.ROOT);
  }

  private List<Place> places(List<Panel> panels) {
    var shown = panels.subList(0, Math.min(MOST_PANELS, panels.size()));
    long total = shown.stream().mapToLong(p -> p.shape().dim(p.axis())).sum();
    double scale = (length - GAP * (shown.size() - 1)) / Math.max(1, total);
    var places = new ArrayList<Place>();
    double at = MARGIN;
    for (Panel panel : shown) {
      double end = at + panel.shape().dim(panel.axis()) * scale;
      double from = at;
      var bands =
          panel.bands().stream()
              .map(b -> new DrawnBand(from + b.from() * scale, from + b.to() * scale, b))
              .toList();
      places.add(new Place(panel, at, end, bands));
      at = end + GAP;
    }
    return places;
  }

  private void ribbons(Markup page, List<Place> before, List<Place> after) {
    Map<List<Object>, Deque<DrawnBand>> sources = new HashMap<>();
    before.stream()
        .flatMap(place -> place.bands().stream())
        .forEach(s -> sources.computeIfAbsent(meaning(s), m -> new ArrayDeque<>()).add(s));
    page.in("g", "class", "ribbons");
    for (Place place : after) {
      for (DrawnBand to : place.bands()) {
        Deque<DrawnBand> from = sources.getOrDefault(meaning(to), new ArrayDeque<>());
        connect(page, to, from);
      }
    }
    page.end();
  }

  private static List<Object> meaning(DrawnBand drawn) {
    Band band = drawn.band();
    return List.of(band.part(), band.group(), band.rank());
  }

  /** Takes from the sources as much as the target's drawn has, in order. */
  private void connect(Markup page, DrawnBand to, Deque<DrawnBand> sources) {
    double scale = (to.to() - to.from()) / (to.band().to() - to.band().from());
    double at = to.from();
    while (at < to.to() - 1e-6 && !sources.isEmpty()) {
      DrawnBand from = sources.pop();
      double there = (from.to() - from.from()) / (from.band().to() - from.band().from());
      double rows = Math.min((to.to() - at) / scale, (from.to() - from.from()) / there);
      ribbon(page, from.from(), from.from() + rows * there, at, at + rows * scale, to.band());
      at += rows * scale;
      if (from.from() + rows * there < from.to() - 1e-6) {
        long taken = Math.round(rows);
        Band rest = from.band();
        var left = new Band(rest.from() + taken, rest.to(), rest.part(), rest.group(), rest.rank());
        sources.push(new DrawnBand(from.from() + rows * there, from.to(), left));
      }
    }
  }

  private void ribbon(Markup page, double a, double b, double c, double d, Band band) {
    double middle = (nearLast + farFirst) / 2;
    String path =
        "M"
            + point(a, nearLast)
            + "C"
            + point(a, middle)
            + " "
            + point(c, middle)
            + " "
            + point(c, farFirst)
            + "L"
            + point(d, farFirst)
            + "C"
            + point(d, middle)
            + " "
            + point(b, middle)
            + " "
            + point(b, nearLast)
            + "Z";
    page.empty("path", "d", path, "fill", Palette.rank(band.rank()));
  }

  /** A point along and across the cut, in x and y. */
  private String point(double along, double beside) {
    double x = across ? along : beside;
    double y = across ? beside : along;
    return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
  }

  private void panel(Markup page, Place place, double first, double last, boolean near) {
    for (DrawnBand drawn : place.bands()) {
      Band band = drawn.band();
      boolean padding = band.part() == Part.PADDING;
      String fill = padding ? "url(#" + hatchId() + ")" : Palette.part(band.rank(), band.part());
      rectangle(page, drawn.from(), drawn.to(), first, last, "fill", fill, "class", "drawn");
      letters(page, drawn, (first + last) / 2);
    }
    rectangle(page, place.from(), place.to(), first, last, "class", "panel");
    label(page, place, near ? first - 6 : last + 6, near);
  }

  private void rectangle(
      Markup page, double from, double to, double first, double last, Object... style) {
    var attributes = new ArrayList<Object>();
    attributes.addAll(List.of("x", across ? from : first, "y", across ? first : from));
    attributes.addAll(List.of("width", across ? to - from : last - first));
    attributes.addAll(List.of("height", across ? last - first : to - from));
    attributes.addAll(List.of(style));
    page.empty("rect", attributes.toArray());
  }

  private void letters(Markup page, DrawnBand drawn, double beside) {
    double room = drawn.to() - drawn.from();
    String text = text(drawn.band());
    if (room < (across ? 6.0 * text.length() : LETTERS) || drawn.band().part() == Part.PADDING) {
      return;
    }
    double middle = (drawn.from() + drawn.to()) / 2;
    page.leaf(
        "text",
        text,
        "x",
        across ? middle : beside,
        "y",
        (across ? beside : middle) + 3.2,
        "class",
        "letters",
        "fill",
        Palette.letters(drawn.band().rank(), drawn.band().part()));
  }

  private String text(Band band) {
    return switch (band.part()) {
      case QUERY -> "Q" + band.group();
      case KEY -> "K" + band.group();
      case VALUE -> "V" + band.group();
      case GATE -> "gate " + band.rank();
      case UP -> "up " + band.rank();
      case PLAIN -> Integer.toString(band.rank());
      case PADDING -> "";
    };
  }

  private void label(Markup page, Place place, double beside, boolean near) {
    double middle = (place.from() + place.to()) / 2;
    boolean named = distinct(near ? picture.before() : picture.after());
    String name = named ? shortName(place.panel()) : place.panel().where();
    String anchor = across ? "middle" : near ? "end" : "start";
    double x = across ? middle : beside;
    double y = across ? (near ? beside - 12 : beside + 9) : middle - 2;
    page.leaf("text", name, "x", x, "y", y, "class", "label", "text-anchor", anchor);
    page.leaf(
        "text",
        place.panel().shape().toString(),
        "x",
        x,
        "y",
        y + 12.5,
        "class",
        "shape",
        "text-anchor",
        anchor);
  }

  /** Whether a side's tensors differ in name, and not only in rank. */
  private static boolean distinct(List<Panel> panels) {
    return panels.size() == panels.stream().map(Panel::tensor).distinct().count();
  }

  /** The last word of a name that says which tensor it is. */
  private static String shortName(Panel panel) {
    String[] words = panel.tensor().split("\\.");
    String name = words[words.length > 1 ? words.length - 2 : 0];
    return name.length() > 16 ? name.substring(0, 15) + "…" : name;
  }
}
