package io.shardwright.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.ReportFile;
import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.core.outline.RowPadding;
import io.shardwright.core.outline.Side;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.core.outline.TypeCast;
import io.shardwright.core.outline.WeightMerge;
import io.shardwright.core.report.HtmlReport;
import io.shardwright.core.report.RunCourse;
import io.shardwright.core.report.RunRecorder;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String HOSTILE =
      "</title></style><script>alert(1)</script>\" onload='x' \u202e\0 javascript:y url(http://z)";

  @TempDir Path folder;

  /** A plan all of whose names are the given one. */
  private static ReshardPlan plan(String name) {
    var share =
        new RankShare(new RankCoordinate(0, 0), List.of(new LayerRange("", 0, 3)), 5, 1L << 20, 0);
    var grid = Optional.of(new RankGrid(Grid.ONE, List.of(share)));
    var side = new Side(name, Optional.of(Naming.MCORE), WeightLayout.RANKS, Grid.ONE, grid);
    var bands =
        List.of(new Band(0, 2, Band.Part.PLAIN, 0, 0), new Band(2, 4, Band.Part.PADDING, 0, 0));
    var panels = List.of(new Panel(name, name, Shape.of(4, 3), 0, bands));
    var picture =
        new TensorPicture(
            TensorPicture.Kind.VOCABULARY, name, DType.FLOAT32, 1, true, panels, panels);
    var outline =
        new PlanOutline(
            name,
            side,
            side,
            5,
            3,
            99,
            List.of(new ConfigEdit(name, name, name)),
            List.of(new RowPadding(name, 2, 4)),
            List.of(new TypeCast(DType.FLOAT32, DType.BFLOAT16, 5, 99)),
            Optional.of(new LoraMerge(name, 4, 20, List.of(new WeightMerge(name, 4, 3, 2, 1)))),
            List.of(name),
            List.of(name),
            List.of(name),
            List.of(
                new CutTensor(name, DType.FLOAT32, Shape.of(4, 3), Shape.of(2, 3), Cut.COLUMN, 1)),
            List.of(picture));
    var request = ReshardRequest.builder(Path.of("a"), Path.of("b")).build();
    var needs = new Needs(2, 6 << 20, 64 << 20, 1 << 20, OptionalLong.of(1 << 30));
    return new ReshardPlan(request, "", 9, 9, List.of(), List.of(name), outline, needs);
  }

  private static HtmlReport run(String name) {
    var spec = new TensorSpec(name, DType.FLOAT32, Shape.of(4, 3));
    var sum = new Manifest.Entry(spec, name);
    var manifest = new Manifest(Optional.of(name), true, List.of(sum));
    var report =
        new Report(
            Path.of("b"),
            9,
            9,
            0,
            5,
            true,
            0,
            0,
            7,
            0,
            0,
            Device.parse("cuda:1"),
            Duration.ofSeconds(2),
            List.of(),
            Optional.of(manifest),
            List.of(name));
    var recorder = new RunRecorder(ProgressListener.SILENT);
    for (int i = 0; i < 4; i++) {
      recorder.advanced(ProgressListener.Phase.COPY, 4, 4);
    }
    return HtmlReport.of(plan(name))
        .ran(report, recorder.course())
        .madeBy(List.of("shardwright", name), name);
  }

  private static Element page(HtmlReport report) throws Exception {
    var source = new InputSource(new StringReader(report.html()));
    var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    return builder.parse(source).getDocumentElement();
  }

  private static List<String> texts(Element page, String tag) {
    var texts = new ArrayList<String>();
    NodeList found = page.getElementsByTagName(tag);
    for (int i = 0; i < found.getLength(); i++) {
      texts.add(found.item(i).getTextContent());
    }
    return texts;
  }

  @Test
  void hasItsSectionsInOrder() throws Exception {
    assertEquals(
        List.of(
            "Sizes",
            "Ranks",
            "How tensors are cut",
            "Merged LoRA",
            "Changes",
            "Memory and throughput",
            "Verification",
            "Manifest",
            "Do it again"),
        texts(page(run("name")), "h2"));
  }

  @Test
  void ofAPlanAloneSaysSo() throws Exception {
    Element page = page(HtmlReport.of(plan("name")));
    assertEquals(
        List.of(
            "Sizes", "Ranks", "How tensors are cut", "Merged LoRA", "Changes", "Memory and disk"),
        texts(page, "h2"));
    assertTrue(page.getTextContent().contains("Planned, not run"));
    assertFalse(page.getTextContent().contains("Verified"));
  }

  @Test
  void nothingOfAFileBecomesMarkup() throws Exception {
    Element harmless = page(run("name"));
    Element hostile = page(run(HOSTILE));
    NodeList all = hostile.getElementsByTagName("*");
    assertEquals(count(harmless), count(hostile));
    for (int i = 0; i < all.getLength(); i++) {
      var attributes = all.item(i).getAttributes();
      for (int k = 0; k < attributes.getLength(); k++) {
        String name = attributes.item(k).getNodeName();
        assertFalse(name.matches("on.*|href|src|xlink.*|action|data"), name);
      }
    }
    assertTrue(hostile.getTextContent().contains("<script>alert(1)</script>"));
    assertTrue(hostile.getTextContent().contains("\\u202e"));
  }

  /** Elements, but for those that allow a long name to break. */
  private static int count(Element page) {
    return page.getElementsByTagName("*").getLength() - texts(page, "wbr").size();
  }

  @Test
  void loadsAndRunsNothing() {
    String page = run("name").html();
    for (String word : List.of("<script", "http:", "https:", "url(h", "@import", "<link", "<img")) {
      assertFalse(page.contains(word), word);
    }
    assertTrue(page.contains("default-src &#39;none&#39;"), "policy");
  }

  @Test
  void isTheSameForTheSamePlan() {
    String first = HtmlReport.of(plan("name")).html();
    assertEquals(
        first.replaceAll("<time>[^<]*", ""),
        HtmlReport.of(plan("name")).html().replaceAll("<time>[^<]*", ""));
  }

  @Test
  void describesItsPicturesInWords() throws Exception {
    var titles = texts(page(run("name")), "title");
    assertTrue(
        titles.stream().anyMatch(t -> t.startsWith("Word embeddings. Before: name [4, 3]")),
        titles + "");
  }

  @Test
  void saysWhatCastsLost() throws Exception {
    String text = page(run("name")).getTextContent();
    assertTrue(text.contains("0 values became infinite, 0 became zero, 7 were rounded"), text);
  }

  @Test
  void saysWhatComputedWhereItWasNotJava() throws Exception {
    String text = page(run("name")).getTextContent();
    assertTrue(text.contains("copy, sync and verify, on cuda:1"), text);
  }

  @Test
  void replacesAFileOnlyWhereItMay() throws IOException {
    Path file = folder.resolve("r.html");
    HtmlReport page = HtmlReport.of(plan("name"));
    ReportFile.write(page, file, false);
    assertThrows(UnsafeCheckpointException.class, () -> ReportFile.write(page, file, false));
    Files.writeString(file, "old");
    ReportFile.write(page, file, true);
    assertTrue(Files.readString(file).startsWith("<!DOCTYPE html>"));
    try (var left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void replacesNoFolderAndMakesNone() throws IOException {
    HtmlReport page = HtmlReport.of(plan("name")).ran(report(), RunCourse.NONE);
    assertThrows(UnsafeCheckpointException.class, () -> ReportFile.write(page, folder, true));
    Path nowhere = folder.resolve("none").resolve("r.html");
    assertThrows(UnsafeCheckpointException.class, () -> ReportFile.write(page, nowhere, true));
    assertFalse(Files.exists(nowhere.getParent()));
  }

  private static Report report() {
    return new Report(
        Path.of("b"),
        9,
        9,
        0,
        5,
        false,
        0,
        0,
        0,
        0,
        0,
        Device.JVM,
        Duration.ofMillis(2),
        List.of(),
        Optional.empty(),
        List.of());
  }

  @Test
  void doesNotClaimAVerificationThatWasNot() throws Exception {
    String text = page(HtmlReport.of(plan("name")).ran(report(), RunCourse.NONE)).getTextContent();
    assertTrue(text.contains("Written, not verified"), text);
    assertFalse(text.contains("0 missing"), text);
  }
}
