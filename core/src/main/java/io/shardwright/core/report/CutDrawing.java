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
  static final int MOST_PANELS = 16;

  private static final double WIDTH = 396;
  private static final double SHORTEST = 250;
  private static final double LETTERS = 10.5;
  private static final double THICK = 50;
  private static final double FLAT = 44;
  private static final double MARGIN = 2;

  /** For names and shapes beside panels. */
  private static final double LABELS = 110;

  /** For two lines above or below panels. */
  private static final double LINES = 30;

  /** A drawn on the page: along and across the cut. */
  private record DrawnBand(double from, double to, Band band) {}

  /** A panel on the page. */
  private record Place(Panel panel, double from, double to, List<DrawnBand> bands) {}

  private final TensorPicture picture;
  private final String description;
  private final boolean across;
  private final SideLabels near;
  private final SideLabels far;
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
    near = labels(picture.before());
    far = labels(picture.after());
    double room = Math.max(SHORTEST, Math.max(near.least(), far.least()));
    length = across ? WIDTH - 2 * MARGIN : room;
    nearFirst = across ? LINES : LABELS;
    nearLast = nearFirst + (across ? FLAT : THICK);
    farLast = across ? 206 : WIDTH - LABELS;
    farFirst = farLast - (across ? FLAT : THICK);
  }

  private static SideLabels labels(List<Panel> panels) {
    return new SideLabels(shown(panels), panels);
  }

  private static List<Panel> shown(List<Panel> panels) {
    return panels.subList(0, Math.min(MOST_PANELS, panels.size()));
  }

  void write(Markup page) {
    var before = places(picture.before());
    var after = places(picture.after());
    double height = across ? farLast + LINES : length + 2 * MARGIN + LINES / 2;
    page.in("svg", "viewBox", "0 0 " + (int) WIDTH + " " + (int) height, "role", "img");
    page.leaf("title", description);
    hatch(page);
    ribbons(page, before, after);
    before.forEach(place -> panel(page, place, nearFirst, nearLast));
    after.forEach(place -> panel(page, place, farFirst, farLast));
    labels(page, near, before, true);
    labels(page, far, after, false);
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
    return "padding-" + Integer.toHexString(picture.name().hashCode());
  }

  private List<Place> places(List<Panel> panels) {
    var shown = shown(panels);
    double gap = shown.size() > 8 ? 4 : 7;
    long total = shown.stream().mapToLong(p -> p.shape().dim(p.axis())).sum();
    double scale = (length - gap * (shown.size() - 1)) / Math.max(1, total);
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
      at = end + gap;
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

  private void panel(Markup page, Place place, double first, double last) {
    for (DrawnBand drawn : place.bands()) {
      Band band = drawn.band();
      boolean padding = band.part() == Part.PADDING;
      String fill = padding ? "url(#" + hatchId() + ")" : Palette.part(band.rank(), band.part());
      rectangle(page, drawn.from(), drawn.to(), first, last, "fill", fill, "class", "drawn");
      letters(page, drawn, (first + last) / 2);
    }
    rectangle(page, place.from(), place.to(), first, last, "class", "panel");
  }

  private void labels(Markup page, SideLabels labels, List<Place> places, boolean first) {
    var middles = places.stream().map(place -> (place.from() + place.to()) / 2).toList();
    if (across) {
      labels.above(page, middles, first ? LINES - 18 : farLast + 15, WIDTH);
      return;
    }
    double edge = first ? nearFirst - 6 : farLast + 6;
    labels.beside(page, middles, length + 2 * MARGIN, edge, LABELS - 6 - MARGIN, first);
    double half = WIDTH / 2;
    double bottom = length + 2 * MARGIN + 11;
    labels.caption(page, first ? half / 2 : half + half / 2, bottom, half - 2 * MARGIN);
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
    if (room < (across ? Letters.width(text, 9, true) : LETTERS)
        || drawn.band().part() == Part.PADDING) {
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
}
