package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.Comparison;
import io.shardwright.core.ConfigDifference;
import io.shardwright.core.TensorDifference;
import io.shardwright.core.TensorDifference.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ComparisonPageTest {
  private static TensorDifference difference(String name, Kind kind, double most) {
    var spec = Optional.of(new TensorSpec(name, DType.FLOAT32, Shape.of(4, 3)));
    Optional<TensorSpec> none = Optional.empty();
    return new TensorDifference(
        kind,
        name,
        kind == Kind.ONLY_IN_SECOND ? none : spec,
        kind == Kind.ONLY_IN_FIRST ? none : spec,
        kind == Kind.VALUES ? 12 : 0,
        kind == Kind.VALUES ? 5 : 0,
        most,
        most);
  }

  private static Comparison comparison(List<TensorDifference> differences, List<String> equal) {
    return new Comparison(true, 9, differences, equal, List.of(), List.of(), List.of());
  }

  private static Document page(Comparison found) throws Exception {
    return MarkupTest.parse(ComparisonPage.of(found, "one", "other").html());
  }

  private static List<Element> cells(Document page) {
    var cells = new ArrayList<Element>();
    var all = page.getElementsByTagName("rect");
    for (int i = 0; i < all.getLength() / 2; i++) {
      cells.add((Element) all.item(i));
    }
    return cells;
  }

  @Test
  void colourAndTextOfACellTellTheLargestDifference() throws Exception {
    var page =
        page(
            comparison(
                List.of(
                    difference("layers.1.mlp.weight", Kind.VALUES, 0.003),
                    difference("layers.2.mlp.weight", Kind.ONLY_IN_FIRST, 0)),
                List.of("layers.0.mlp.weight", "layers.10.mlp.weight")));
    var cells = cells(page);
    assertEquals(
        List.of("equal", "step2", "only-first", "equal"),
        cells.stream().map(cell -> cell.getAttribute("class")).toList());
    assertEquals("layer 1: at most by 0.00300", cells.get(1).getTextContent().strip());
    assertEquals("layer 10: equal", cells.get(3).getTextContent().strip());
  }

  @Test
  void expertsOfALayerShareACell() throws Exception {
    var differences = List.of(difference("layers.0.experts.3.up.weight", Kind.VALUES, 7));
    var equal = List.of("layers.0.experts.0.up.weight", "layers.0.experts.1.up.weight");
    var cells = cells(page(comparison(differences, equal)));
    assertEquals(1, cells.size());
    assertEquals(
        "layer 0: 1 of 3 tensors differ, worst: at most by 7.00",
        cells.get(0).getTextContent().strip());
  }

  @Test
  void textsStandApartAtAnyNumberOfLayersAndKinds() throws Exception {
    for (long seed = 0; seed < 12; seed++) {
      var random = new Random(seed);
      var differences = new ArrayList<TensorDifference>();
      var equal = new ArrayList<String>();
      int layers = 1 + random.nextInt(400);
      for (int i = 0; i < 200; i++) {
        String kind = "x".repeat(1 + random.nextInt(90)) + random.nextInt(8);
        String name = "stack" + random.nextInt(2) + "." + random.nextInt(layers) + "." + kind;
        Kind how = Kind.values()[random.nextInt(Kind.values().length)];
        if (random.nextBoolean()) {
          differences.add(difference(name, how, random.nextDouble()));
        } else {
          equal.add(name);
        }
      }
      var drawings = page(comparison(differences, equal)).getElementsByTagName("svg");
      for (int i = 0; i < drawings.getLength(); i++) {
        new Drawing((Element) drawings.item(i)).requireReadable("seed " + seed);
      }
    }
  }

  @Test
  void nothingOfAFileBecomesMarkup() throws Exception {
    String hostile = "</title></style><script>alert(1)</script>\" onload='x' \u202e\0.5.<b>.w";
    var found =
        new Comparison(
            false,
            1,
            List.of(difference(hostile, Kind.VALUES, 1)),
            List.of(hostile + "2"),
            List.of(new ConfigDifference(hostile, Optional.of(hostile), Optional.empty(), false)),
            List.of(hostile),
            List.of(hostile));
    var page = ComparisonPage.of(found, hostile, hostile).madeBy(List.of(hostile), hostile);
    assertFalse(page.html().contains("<script"), page.html());
    assertFalse(page.html().contains("<b>"), page.html());
    MarkupTest.parse(page.html());
  }

  @Test
  void ofSameCheckpointsSaysSo() throws Exception {
    String text =
        page(comparison(List.of(), List.of("layers.0.w"))).getDocumentElement().getTextContent();
    assertTrue(text.contains("✓ Same"), text);
    assertFalse(text.contains("Tensors that differ"), text);
  }
}
