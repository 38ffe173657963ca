package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.report.TensorName.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class TreemapTest {
  private static boolean overlap(Tile one, Tile other) {
    double across = Math.min(one.x() + one.width(), other.x() + other.width());
    double down = Math.min(one.y() + one.height(), other.y() + other.height());
    return across - Math.max(one.x(), other.x()) > 1e-6
        && down - Math.max(one.y(), other.y()) > 1e-6;
  }

  @Test
  void tilesFillTheRectangleAndNeverOverlap() {
    for (long seed = 0; seed < 100; seed++) {
      var random = new Random(seed);
      var sizes = new ArrayList<Double>();
      for (int i = 0; i < 1 + random.nextInt(60); i++) {
        sizes.add(random.nextInt(8) == 0 ? 0 : Math.exp(random.nextDouble() * 12));
      }
      sizes.add(1.0);
      sizes.sort(Comparator.reverseOrder());
      var tiles = new Tile(3, 4, 960, 480).divided(sizes);
      double total = sizes.stream().mapToDouble(size -> size).sum();
      for (int i = 0; i < tiles.size(); i++) {
        Tile tile = tiles.get(i);
        String where = "seed " + seed + ", " + tile;
        double area = 960 * 480 * sizes.get(i) / total;
        assertEquals(area, tile.width() * tile.height(), 1e-6 * 960 * 480, where);
        assertTrue(tile.x() >= 3 && tile.x() + tile.width() <= 963 + 1e-6, where);
        assertTrue(tile.y() >= 4 && tile.y() + tile.height() <= 484 + 1e-6, where);
        tiles.subList(i + 1, tiles.size()).forEach(o -> assertFalse(overlap(tile, o), where + o));
      }
    }
  }

  @Test
  void labelsCoverNoOthers() throws Exception {
    for (long seed = 0; seed < 10; seed++) {
      var random = new Random(seed);
      var groups = new ArrayList<Treemap.Group>();
      for (int layer = 0; layer < 1 + random.nextInt(180); layer++) {
        var leaves = new ArrayList<Treemap.Leaf>();
        for (int kind = 0; kind < 1 + random.nextInt(50); kind++) {
          Role role = Role.values()[random.nextInt(Role.values().length)];
          long bytes = (long) Math.exp(random.nextDouble() * 30);
          leaves.add(new Treemap.Leaf("mlp.linear_fc" + kind + ".weight", role, bytes));
        }
        groups.add(new Treemap.Group("decoder, layer " + layer, leaves));
      }
      for (int width : List.of(960, 330)) {
        var page = new Markup();
        new Treemap(groups).write(page, width, 480, "map");
        Element svg = MarkupTest.parse(page.page()).getDocumentElement();
        new Drawing(svg).requireReadable("seed " + seed + ", width " + width);
      }
    }
  }
}
