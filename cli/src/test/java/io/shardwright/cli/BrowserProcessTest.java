package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report in a real browser. */
@Tag("browser")
class BrowserProcessTest {
  private static final int NARROW = 400;

  /** Tells the page around how wide the page is that it stands in. */
  private static final String MEASURE =
      """
      <script>onload = () => parent.postMessage(
        document.documentElement.scrollWidth + " of " + innerWidth, "*");</script></body>
      """;

  private static final String AROUND =
      """
      <iframe src="narrow.html" width="%d" height="900" style="border: 0"></iframe>
      <p id="width"></p>
      <script>onmessage = event => document.getElementById("width").textContent = event.data;</script>
      """;

  @TempDir Path folder;
  private Browser browser;
  private Path page;

  @BeforeEach
  void make() {
    browser = new Browser(folder);
    Run run = Run.of("demo", folder.resolve("demo"));
    assertEquals(0, run.code(), run.err());
    page = folder.resolve("demo").resolve("report.html");
  }

  private BufferedImage picture(String name, boolean dark) throws Exception {
    return browser.picture(page, folder.resolve(name + ".png"), dark, 1100, 2400);
  }

  private static double brightness(BufferedImage picture) {
    long sum = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        sum += picture.getRGB(x, y) >> 8 & 0xFF;
      }
    }
    return sum / (255.0 * picture.getWidth() * picture.getHeight());
  }

  private static int colours(BufferedImage picture) {
    var colours = new HashSet<Integer>();
    for (int y = 0; y < picture.getHeight(); y += 3) {
      for (int x = 0; x < picture.getWidth(); x += 3) {
        colours.add(picture.getRGB(x, y));
      }
    }
    return colours.size();
  }

  @Test
  void isDrawnLightOrDarkAsTheUserLikes() throws Exception {
    BufferedImage light = picture("light", false);
    BufferedImage dark = picture("dark", true);
    assertTrue(colours(light) > 50, colours(light) + " colours");
    assertTrue(colours(dark) > 50, colours(dark) + " colours");
    assertTrue(brightness(light) > 0.8, "brightness " + brightness(light));
    assertTrue(brightness(dark) < 0.3, "brightness " + brightness(dark));
  }

  @Test
  void fitsANarrowScreen() throws Exception {
    for (Path each : List.of(page, page.resolveSibling("vit-report.html"), wide())) {
      String narrow =
          Files.readString(each)
              .replaceAll("<meta http-equiv[^>]*>", "")
              .replace("</body>", MEASURE);
      Files.writeString(folder.resolve("narrow.html"), narrow);
      Path around = folder.resolve("around.html");
      Files.writeString(around, AROUND.formatted(NARROW));
      String document = browser.document(around);
      assertTrue(document.contains(">" + NARROW + " of " + NARROW + "<"), each + document);
    }
  }

  /** A plan with many ranks and long names. */
  private Path wide() throws IOException {
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path plan = folder.resolve("wide.html");
    Run run =
        Run.of(
            "plan",
            gpt,
            folder.resolve("x".repeat(100) + ".nemo"),
            "--tp",
            "8",
            "--pp",
            "4",
            "--report",
            plan);
    assertEquals(0, run.code(), run.err());
    return plan;
  }
}
