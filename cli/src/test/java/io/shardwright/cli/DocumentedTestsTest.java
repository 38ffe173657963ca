package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test that the documentation names is there. */
class DocumentedTestsTest {
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test)(?:\\.(\\w+))?`");

  static Stream<String> named() {
    return MarkdownPage.all().stream()
        .flatMap(page -> page.lines().stream())
        .flatMap(line -> TEST.matcher(line).results())
        .map(found -> found.group(1) + (found.group(2) == null ? "" : "." + found.group(2)))
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("named")
  void exists(String name) throws IOException {
    String[] parts = name.split("\\.");
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      Path file =
          files
              .filter(f -> f.endsWith(parts[0] + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no test " + name));
      assertTrue(parts.length == 1 || Files.readString(file).contains("void " + parts[1] + "("));
    }
  }
}
