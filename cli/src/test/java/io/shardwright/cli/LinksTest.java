package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between pages lead to a file, and to a heading of it. */
class LinksTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().matches(".*/(target|src/(main|test)|\\.\\w+)/.*"))
          .toList();
    }
  }

  /** As the sites that show Markdown make them. */
  private static String anchor(String heading) {
    return heading
        .replaceAll("\\[([^]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  private static boolean hasHeading(Path page, String anchor) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .anyMatch(line -> anchor(line.replaceFirst("^#+ ", "")).equals(anchor));
  }

  @Test
  void leadToFilesAndHeadingsThatExist() throws IOException {
    var broken = new ArrayList<String>();
    List<Path> pages = pages();
    assertTrue(pages.size() > 20, pages.toString());
    for (Path page : pages) {
      for (var link : LINK.matcher(Files.readString(page)).results().toList()) {
        String[] parts = link.group(1).split("#", 2);
        if (parts[0].matches("[a-z]+:.*")) {
          continue;
        }
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        boolean leads =
            Files.exists(file)
                && (parts.length == 1 || Files.isRegularFile(file) && hasHeading(file, parts[1]));
        if (!leads) {
          broken.add(ROOT.relativize(page) + ": " + link.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void readmeLeadsToSparkAndSaysNoMoreOfIt() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    String link = "[on Spark](docs/spark.md)";
    assertTrue(readme.contains(link), "README.md lacks " + link);
    assertFalse(readme.replace(link, "").matches("(?is).*spark.*"), "README.md says more of Spark");
  }
}
