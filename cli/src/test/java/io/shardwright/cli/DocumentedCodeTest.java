package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.cli.MarkdownPage.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Java in the documentation is code that is compiled and run: word for word what stands between
 * {@code // begin: NAME} and {@code // end: NAME} of a source file, NAME in a comment above it.
 */
class DocumentedCodeTest {
  private static final Map<String, String> REGIONS = new LinkedHashMap<>();

  @BeforeAll
  static void findPrograms() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      for (Path file : files.filter(DocumentedCodeTest::isSource).toList()) {
        collect(Files.readAllLines(file));
      }
    }
  }

  static List<MarkdownPage> pages() {
    return MarkdownPage.all();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void isTakenFromAProgramThatRuns(MarkdownPage page) {
    for (Block block : page.blocks()) {
      if (block.language().equals("java")) {
        String place = page + ":" + block.firstLine() + " '" + block.remark() + "'";
        assertEquals(REGIONS.get(block.remark()), String.join("\n", block.lines()), place);
      }
    }
  }

  private static boolean isSource(Path file) {
    return file.toString().endsWith(".java") && !file.toString().contains("target");
  }

  private static void collect(List<String> lines) {
    String name = "";
    var region = new ArrayList<String>();
    for (String line : lines) {
      if (line.strip().startsWith("// begin: ")) {
        name = line.strip().substring("// begin: ".length());
        region.clear();
      } else if (line.strip().equals("// end: " + name)) {
        REGIONS.put(name, String.join("\n", region).stripIndent());
      } else {
        region.add(line);
      }
    }
  }
}
