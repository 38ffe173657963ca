package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.w3c.dom.Element;

/** The texts of a drawing as boxes, as large as the widest font makes them. */
record Drawing(Element svg) {
  private static final Pattern SIZE = Pattern.compile("font-size: ([0-9.]+)px");
  private static final double EDGE = 0.5;

  private record Box(String text, Rectangle2D at) {}

  /** Checks that every text lies within the drawing and covers no other. */
  void requireReadable(String where) {
    var frame = frame();
    var boxes = boxes();
    for (int i = 0; i < boxes.size(); i++) {
      Box box = boxes.get(i);
      assertTrue(frame.contains(box.at()), where + ": cut off: " + box + " of " + frame);
      for (Box other : boxes.subList(i + 1, boxes.size())) {
        assertFalse(box.at().intersects(other.at()), where + ": " + box + " covers " + other);
      }
    }
  }

  private Rectangle2D frame() {
    String[] sides = svg.getAttribute("viewBox").split(" ");
    return new Rectangle2D.Double(
        -EDGE,
        -EDGE,
        Double.parseDouble(sides[2]) + 2 * EDGE,
        Double.parseDouble(sides[3]) + 2 * EDGE);
  }

  private List<Box> boxes() {
    var boxes = new ArrayList<Box>();
    var texts = svg.getElementsByTagName("text");
    for (int i = 0; i < texts.getLength(); i++) {
      boxes.add(box((Element) texts.item(i)));
    }
    return boxes;
  }

  private static Box box(Element text) {
    var found = SIZE.matcher(text.getAttribute("style"));
    double size = found.find() ? Double.parseDouble(found.group(1)) : 9;
    boolean bold = !text.getAttribute("class").matches("shape|tick");
    double width = Letters.width(text.getTextContent(), size, bold);
    double x = Double.parseDouble(text.getAttribute("x"));
    String anchor = text.getAttribute("text-anchor");
    double left = anchor.equals("start") ? x : anchor.equals("end") ? x - width : x - width / 2;
    double y = Double.parseDouble(text.getAttribute("y"));
    return new Box(
        text.getTextContent(), new Rectangle2D.Double(left, y - 0.75 * size, width, size));
  }
}
