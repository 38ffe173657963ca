package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The example in {@code examples/bert}, compiled as a third party would and put into a jar. */
final class ExampleJar {
  static final Path PROJECT = Path.of("../examples/bert");
  static final Path SOURCE = PROJECT.resolve("src/main/java/com/example/bert/BertAdapter.java");

  private ExampleJar() {}

  /** Compiles it, with AutoService writing the services file. */
  static Path make(Path jar) throws IOException {
    Path classes = compile(Files.createTempDirectory("example-classes"));
    try (var files = Files.walk(classes);
        var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar;
  }

  /** Compiles it against this class path, whose annotation processors run. */
  private static Path compile(Path classes) throws IOException {
    var messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options =
          Stream.of(
                  "--release", "17", "-d", classes.toString(), "-Xlint:all,-processing", "-Werror")
              .toList();
      var task =
          compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(SOURCE));
      assertEquals(true, task.call(), messages.toString());
    }
    return classes;
  }
}
