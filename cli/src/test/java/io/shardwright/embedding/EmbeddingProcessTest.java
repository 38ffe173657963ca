package io.shardwright.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shardwright in a host's class loader, beside a Jackson and a SnakeYAML of the host's. */
@Tag("process")
class EmbeddingProcessTest {
  private static final String JSON = "com.fasterxml.jackson.core.JsonFactory";
  private static final String YAML = "org.yaml.snakeyaml.Yaml";

  @TempDir Path folder;
  private Path source;

  @BeforeEach
  void unpack() throws IOException {
    source = folder.resolve("vit.nemo");
    try (InputStream bundled = getClass().getResourceAsStream("/nemo/vit-tp1.nemo")) {
      Files.copy(bundled, source);
    }
  }

  private static List<URL> jars(Path libraries) throws IOException {
    var urls = new ArrayList<URL>();
    try (Stream<Path> files = Files.list(libraries)) {
      for (Path file : files.sorted().toList()) {
        urls.add(file.toUri().toURL());
      }
    }
    assertEquals(2, urls.size(), urls.toString());
    return urls;
  }

  private static List<URL> own() throws IOException {
    var urls = new ArrayList<URL>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return urls;
  }

  private static Path hostLibraries() {
    return Path.of(System.getProperty("shardwright.host.libraries"));
  }

  /** The host's versions come first, so that Shardwright runs on them. */
  @Test
  void worksWithTheOldestVersionsOfItsLibrariesThatAreSupported() throws Exception {
    var urls = new ArrayList<>(jars(hostLibraries()));
    urls.addAll(own());
    try (var loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
      assertTrue(location(loader, JSON).startsWith(hostLibraries().toAbsolutePath().toString()));
      assertTrue(location(loader, YAML).startsWith(hostLibraries().toAbsolutePath().toString()));
      requireWorks(loader);
    }
  }

  /** The host's versions are its own; a plug-in's loader has Shardwright's. */
  @Test
  void worksInALoaderOfItsOwnBesideTheHostsLibraries() throws Exception {
    var host = new URLClassLoader(jars(hostLibraries()).toArray(URL[]::new), null);
    try (host;
        var plugin = new URLClassLoader(own().toArray(URL[]::new), null)) {
      assertNotSame(host.loadClass(JSON), plugin.loadClass(JSON));
      Thread.currentThread().setContextClassLoader(host);
      requireWorks(plugin);
    } finally {
      Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
    }
  }

  private static String location(ClassLoader loader, String type) throws Exception {
    URL url = loader.loadClass(type).getProtectionDomain().getCodeSource().getLocation();
    return Path.of(url.toURI()).toString();
  }

  @SuppressWarnings("unchecked")
  private void requireWorks(ClassLoader loader) throws Exception {
    Class<?> type = loader.loadClass(ExampleHost.class.getName());
    assertNotSame(ExampleHost.class, type);
    var host = (Function<List<Path>, List<String>>) type.getConstructor().newInstance();
    List<String> told = host.apply(List.of(source, folder.resolve("out.nemo")));
    assertEquals("vit", told.get(0));
    assertTrue(told.contains("COPY 100") && told.contains("VERIFY 100"), told.toString());
    assertEquals("verified", told.get(told.size() - 2));
    assertEquals("4 heads, 46 tensors", told.get(told.size() - 1));
  }
}
