package io.shardwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the names in the documentation's commands are: the table of docs/samples.md. */
final class SampleFiles {
  private static final List<Path> RESOURCES =
      List.of(
          Path.of("../core/src/test/resources"),
          Path.of("src/main/resources"),
          Path.of("../examples/hunyuan/src/test/resources"));

  private SampleFiles() {}

  /** Makes the samples that commands mention. */
  static void stage(List<DocumentedCommand> commands, Path folder) throws IOException {
    var mentioned =
        commands.stream().flatMap(command -> ShellWords.of(command.text()).stream()).toList();
    for (List<String> sample : MarkdownPage.of("docs/samples.md").codeRows()) {
      String name = sample.get(0).replaceAll("/$", "");
      if (mentioned.stream().anyMatch(word -> mentions(word, name))) {
        make(sample.get(1), folder.resolve(name));
      }
    }
  }

  /** As a whole word, an option's value, or a folder in which something lies. */
  private static boolean mentions(String word, String name) {
    String path = word.substring(word.indexOf('=') + 1);
    return path.equals(name) || path.startsWith(name + "/") || word.equals(name);
  }

  private static Path resource(String origin) {
    return RESOURCES.stream()
        .map(folder -> folder.resolve(origin))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new AssertionError("docs/samples.md: there is no " + origin));
  }

  private static void make(String origin, Path target) throws IOException {
    if (MadeSamples.make(origin, target)) {
      return;
    }
    Path source = resource(origin);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }
}
