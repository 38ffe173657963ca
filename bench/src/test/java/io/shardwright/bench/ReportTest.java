package io.shardwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardwright.bench.measure.Reading.Sample;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.report.Chart;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Group;
import io.shardwright.bench.report.Machine;
import io.shardwright.bench.report.Report;
import io.shardwright.bench.report.Results;
import io.shardwright.bench.report.Table;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
  @TempDir Path folder;

  @Test
  void everyRowSaysWhetherItHoldsAndHowToRepeatIt() {
    String text = new Table(results(), "bench/run --size 200MB").text();
    assertTrue(
        text.contains(
            "| A → B, without verification | 1.25 | 1.20 to 1.40 | 1.50 | yes | of 5 |"
                + " `bench/run --size 200MB --only a` |"),
        text);
    assertTrue(text.contains("| A → B, with verification | 2.75 |  | 2.50 | **no** |"), text);
    assertTrue(text.contains("| cast | 900 |  |  |  | of 5 |"), text);
  }

  @Test
  void whatExceedsItsLimitIsMissed() {
    var missed = results().missed().stream().map(Figure::what).toList();
    assertEquals(List.of("A → B, with verification"), missed);
  }

  @Test
  void theChartIsAnImageForLightAndDarkWithEveryRatio() throws Exception {
    String svg = Chart.of(results());
    Document image = parse(svg);
    assertEquals("svg", image.getDocumentElement().getTagName());
    assertTrue(svg.contains("prefers-color-scheme: dark"));
    assertTrue(svg.contains("1.25 ×") && svg.contains("2.75 ×"), svg);
    assertEquals(1, image.getElementsByTagName("polyline").getLength());
    assertTrue(svg.contains("Q &amp; &lt;A>, 2 s"), svg);
  }

  @Test
  void aChartOfNothingIsStillAnImage() throws Exception {
    assertEquals("svg", parse(Chart.of(new Results())).getDocumentElement().getTagName());
  }

  @Test
  void aPageShowsItsChartAndNamesNoPathOfTheMachine() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/cpuinfo")), "needs Linux");
    Path page = folder.resolve("sub/page.md");
    new Report("Measured", Machine.of(folder).facts(), new Table(results(), "bench/run").text())
        .write(page, Chart.of(results()));
    String text = Files.readString(page);
    assertTrue(text.contains("![time and memory](page.svg)"), text);
    assertTrue(Files.exists(folder.resolve("sub/page.svg")));
    assertFalse(text.contains(folder.toString()), text);
    assertFalse(text.contains(System.getProperty("user.home")), text);
  }

  @Test
  void aMachinesWordsCanBeAFileName() {
    var machine = new Machine("Fast(R) Chip(TM) CPU X9 @ 3.00GHz", 4, 0, "", "", "");
    assertEquals("4-core-fast-chip-x9", machine.words());
  }

  private static Document parse(String svg) throws Exception {
    var bytes = svg.getBytes(StandardCharsets.UTF_8);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(bytes));
  }

  private static Results results() {
    var results = new Results();
    add(results, Group.WALL, "A → B, without verification", new Spread(1.25, 1.2, 1.4), 1.5);
    add(results, Group.WALL, "A → B, with verification", Spread.of(2.75), 2.5);
    add(results, Group.LOOPS, "cast", Spread.of(900), Double.NaN);
    results.addCourse("Q & <A>", List.of(new Sample(0, 1_000_000), new Sample(2, 90_000_000)));
    return results;
  }

  private static void add(Results to, Group group, String what, Spread spread, double limit) {
    var most = Double.isNaN(limit) ? OptionalDouble.empty() : OptionalDouble.of(limit);
    to.add(new Figure(group, "a", what, spread, most, "of 5"));
  }
}
