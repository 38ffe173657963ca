package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.core.outline.TensorPicture.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class CutDrawingTest {
  private static final List<String> NAMES =
      List.of("word_embeddings", "q_proj", "chunk __10_0.distcp", "relative_position_embedding_2");

  private static Element drawing(TensorPicture picture) throws Exception {
    var page = new Markup();
    new CutDrawing(picture, "a picture").write(page);
    return MarkupTest.parse(page.page()).getDocumentElement();
  }

  private static List<Panel> ranks(int ranks, long rows, long columns, int axis) {
    var panels = new ArrayList<Panel>();
    for (int rank = 0; rank < ranks; rank++) {
      var shape = Shape.of(axis == 0 ? rows / ranks : rows, axis == 0 ? columns : columns / ranks);
      var band = new Band(0, shape.dim(axis), Part.PLAIN, 0, rank);
      panels.add(new Panel("TP " + rank, "a.linear_fc2.weight", shape, axis, List.of(band)));
    }
    return panels;
  }

  private static TensorPicture picture(List<Panel> before, List<Panel> after) {
    return new TensorPicture(Kind.MLP_OUT, "a", DType.BFLOAT16, after.size(), true, before, after);
  }

  @Test
  void labelsOfManyRanksStandApart() throws Exception {
    for (int ranks : List.of(1, 2, 8, 16, 64)) {
      for (int axis : List.of(0, 1)) {
        var panels = ranks(ranks, 128256, 131072, axis);
        for (var before : List.of(ranks(1, 128256, 131072, axis), panels)) {
          String where = ranks + " ranks along axis " + axis;
          new Drawing(drawing(picture(before, panels))).requireReadable(where);
        }
      }
    }
  }

  @Test
  void labelsOfAnyPanelsStandApart() throws Exception {
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      int axis = random.nextInt(2);
      var drawing = drawing(picture(any(random, axis), any(random, axis)));
      new Drawing(drawing).requireReadable("seed " + seed);
    }
  }

  /** Panels of any lengths, as parts that were fused or chunks of an array. */
  private static List<Panel> any(Random random, int axis) {
    var panels = new ArrayList<Panel>();
    int count = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      long along = 1L << random.nextInt(17);
      long beside = 1L << random.nextInt(17);
      Shape shape = axis == 0 ? Shape.of(along, beside) : Shape.of(beside, along);
      String name = NAMES.get(random.nextInt(NAMES.size()));
      var bands = new ArrayList<Band>();
      bands.add(new Band(0, (along + 1) / 2, Part.GATE, 0, random.nextInt(64)));
      bands.add(new Band((along + 1) / 2, along, Part.UP, 0, random.nextInt(64)));
      panels.add(new Panel(name, "x" + i + "." + name + ".weight", shape, axis, bands));
    }
    return panels;
  }

  @Test
  void aShapeThatAllRanksHaveIsWrittenOnce() throws Exception {
    var texts = new ArrayList<String>();
    var all =
        drawing(picture(ranks(1, 64, 4096, 1), ranks(16, 64, 4096, 1)))
            .getElementsByTagName("text");
    for (int i = 0; i < all.getLength(); i++) {
      texts.add(all.item(i).getTextContent());
    }
    assertEquals(1, texts.stream().filter(text -> text.contains("[64, 256]")).count(), texts + "");
    assertTrue(texts.contains("each [64, 256]"), texts + "");
  }
}
