package io.shardwright.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/embedding.md shows what {@link ExampleHost} does, word for word. */
class EmbeddingPageTest {
  @ParameterizedTest
  @ValueSource(strings = {"restore", "reshard"})
  void showsCodeThatRuns(String region) throws IOException {
    String page = Files.readString(Path.of("../docs/embedding.md"));
    String program =
        Files.readString(Path.of("src/test/java/io/shardwright/embedding/ExampleHost.java"));
    String shown = between(page, "<!-- " + region + " -->\n```java\n", "```");
    String run = between(program, "// begin: " + region + "\n", "      // end: " + region);
    assertEquals(run.stripTrailing().stripIndent(), shown.stripTrailing());
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
