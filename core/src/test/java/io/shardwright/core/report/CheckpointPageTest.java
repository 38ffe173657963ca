package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import io.shardwright.core.outline.CheckpointOutline;
import io.shardwright.core.outline.Member;
import io.shardwright.core.outline.ValueStatistics;
import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class CheckpointPageTest {
  private static final String HOSTILE =
      "</title></style><script>alert(1)</script>\" onload='x' \u202e\0.4.<b>.weight";

  /** A checkpoint of tensors, all of whose texts are the given one. */
  private record Stub(String text, List<String> names) implements Checkpoint {
    @Override
    public CheckpointSummary summary() {
      return new CheckpointSummary(
          Path.of("a"),
          text,
          Optional.of(text),
          Optional.of(text),
          Optional.of(text),
          Grid.ONE,
          Optional.empty(),
          Optional.empty(),
          Map.of(DType.FLOAT32, 12L),
          names.size(),
          48,
          60,
          List.of(),
          List.of(),
          List.of(text));
    }

    @Override
    public CheckpointOutline outline() {
      return new CheckpointOutline(
          Optional.empty(),
          Optional.empty(),
          Map.of("activation", text),
          Optional.empty(),
          List.of(new Member(text, 60)),
          List.of());
    }

    @Override
    public List<StoredTensor> tensors() {
      return names.stream()
          .map(n -> new StoredTensor(text, Optional.empty(), spec(n), Optional.empty()))
          .toList();
    }

    @Override
    public List<PickleImport> pickleImports() {
      return List.of(
          new PickleImport(text, text, PickleImport.Meaning.DANGEROUS, text, List.of(text)));
    }

    @Override
    public Map<String, String> configuration() {
      return Map.of(text, text);
    }

    @Override
    public void close() {}
  }

  private static TensorSpec spec(String name) {
    return new TensorSpec(name, DType.FLOAT32, Shape.of(4, 3));
  }

  private static Verification values(Stub stub, long nan) {
    var parts = new ArrayList<Long>(IntStream.range(0, 40).mapToObj(Long::valueOf).toList());
    var statistics = Optional.of(new ValueStatistics(780, 1, -1, 1, 0, 0.5, parts));
    var sums =
        stub.names().stream()
            .map(
                name ->
                    new TensorSum(
                        stub.text(),
                        spec(name),
                        "",
                        OptionalLong.of(nan),
                        OptionalLong.of(0),
                        statistics))
            .toList();
    return new Verification(stub.summary(), 48, sums, List.of(stub.text()));
  }

  @Test
  void nothingOfAFileBecomesMarkup() throws Exception {
    var stub = new Stub(HOSTILE, List.of(HOSTILE, HOSTILE + "2"));
    var page =
        CheckpointPage.of(stub).values(values(stub, 1)).madeBy(List.of(HOSTILE), HOSTILE).html();
    assertFalse(page.contains("<script"), page);
    assertFalse(page.contains("<b>.") || page.contains("\u202e"), page);
    var all = MarkupTest.parse(page).getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      var attributes = all.item(i).getAttributes();
      for (int k = 0; k < attributes.getLength(); k++) {
        String name = attributes.item(k).getNodeName();
        assertFalse(name.matches("on.*|href|src|xlink.*|action|data"), name);
      }
    }
  }

  @Test
  void aTensorWithNaNStandsOut() throws Exception {
    var stub = new Stub("x", List.of("layers.0.mlp.weight"));
    String good = CheckpointPage.of(stub).values(values(stub, 0)).html();
    String bad = CheckpointPage.of(stub).values(values(stub, 3)).html();
    assertTrue(good.contains("No NaN, no infinity"), good);
    assertTrue(bad.contains("NaN or infinite values"), bad);
    assertTrue(bad.contains("<td class=\"bad\">3</td>"), bad);
  }

  @Test
  void aHugeModelsPageStaysSmall() throws Exception {
    var names = new ArrayList<String>();
    for (int layer = 0; layer < 20; layer++) {
      for (int expert = 0; expert < 256; expert++) {
        for (String matrix : List.of("gate_proj", "up_proj", "down_proj")) {
          for (String part : List.of("weight", "weight_scale_inv")) {
            names.add(
                "model.layers." + layer + ".mlp.experts." + expert + "." + matrix + "." + part);
          }
        }
      }
    }
    var stub = new Stub("x", names);
    String page = CheckpointPage.of(stub).values(values(stub, 1)).html();
    assertTrue(page.length() < 4_000_000, page.length() + " characters");
    assertTrue(page.contains("28,220 more tensors are not listed"));
    assertTrue(
        page.replace("<wbr/>", "").contains("gate_proj.weight</code> × 256"),
        "experts listed one by one");
    MarkupTest.parse(page);
  }

  @Test
  void aHugeFlatModelSaysHowManyTensorsItLeavesOut() {
    var names = IntStream.range(0, 20_000).mapToObj(i -> "tensor_" + i).toList();
    String page = CheckpointPage.of(new Stub("x", names)).html();
    assertTrue(page.contains("16,000 more tensors are not listed"), "no count");
    assertTrue(page.length() < 4_000_000, page.length() + " characters");
  }

  @Test
  void drawingsAreReadable() throws Exception {
    var names = List.of("model.embed_tokens.weight", "layers.0.mlp.up.weight", "layers.1.x.weight");
    var page = MarkupTest.parse(CheckpointPage.of(new Stub("x", names)).html());
    var drawings = page.getElementsByTagName("svg");
    assertEquals(2, drawings.getLength());
    for (int i = 0; i < 2; i++) {
      new Drawing((Element) drawings.item(i)).requireReadable("drawing " + i);
    }
  }
}
