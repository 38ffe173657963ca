package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** The examples, compiled as a third party would and put into jars. */
final class ExampleJar {
  static final Path PROJECT = Path.of("../examples/bert");
  static final Path SOURCE = PROJECT.resolve("src/main/java/com/example/bert/BertAdapter.java");

  static final Path HUNYUAN =
      Path.of("../examples/hunyuan/src/main/java/com/example/hunyuan/HunyuanAdapter.java");

  static final Path NPZ = Path.of("../examples/npz/src/main");
  static final Path NPZ_SOURCE = NPZ.resolve("java/com/example/npz/NpzFormat.java");

  private ExampleJar() {}

  /** Compiles it against this class path, whose annotation processors run, into a new jar. */
  static Path make(Path jar) throws IOException {
    return make(jar, SOURCE);
  }

  /** The format of {@code examples/npz}, with its service file. */
  static Path makeNpz(Path jar) throws IOException {
    make(jar, NPZ_SOURCE);
    String service = "META-INF/services/io.shardwright.spi.format.TensorFormat";
    try (var classes = FileSystems.newFileSystem(jar)) {
      Files.createDirectories(classes.getPath("META-INF/services"));
      Files.copy(NPZ.resolve("resources").resolve(service), classes.getPath(service));
    }
    return jar;
  }

  /** A source, compiled into a new jar. */
  static Path make(Path jar, Path source) throws IOException {
    var messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var classes = FileSystems.newFileSystem(jar, Map.of("create", "true"));
        var files = compiler.getStandardFileManager(null, null, null)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes.getPath("/")));
      var options = List.of("--release", "17", "-Xlint:all,-processing", "-Werror");
      var sources = files.getJavaFileObjects(source);
      var task = compiler.getTask(messages, files, null, options, null, sources);
      assertEquals(true, task.call(), messages.toString());
    }
    return jar;
  }
}
