package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.DeviceException;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device on a class path that lacks DJL, or a part of it. */
class TorchDevicesTest {
  private static final String DJL = "(api|pytorch-engine|pytorch-jni)-(\\d.*)\\.jar";

  private static List<Path> classPath() {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(System.getProperty("java.class.path"))
        .map(Path::of)
        .toList();
  }

  /** What asking for the processor throws where the class path lacks some jars. */
  private static Throwable refusal(String lacking) throws Exception {
    var urls = new ArrayList<URL>();
    for (Path entry : classPath()) {
      if (!entry.getFileName().toString().matches(lacking)) {
        urls.add(entry.toUri().toURL());
      }
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (var loader = new URLClassLoader(urls.toArray(URL[]::new), platform)) {
      var cpu =
          loader.loadClass(TorchDevices.class.getName()).getMethod("cpu", List.class, int.class);
      return assertThrows(InvocationTargetException.class, () -> cpu.invoke(null, List.of(), 1))
          .getCause();
    }
  }

  @ParameterizedTest
  @CsvSource({
    DJL + ", 'ai.djl:api:0, ai.djl.pytorch:pytorch-engine:0, ai.djl.pytorch:pytorch-jni:2'",
    "pytorch-.*, 'ai.djl.pytorch:pytorch-engine:0, ai.djl.pytorch:pytorch-jni:2'",
    "pytorch-jni.*, 'ai.djl.pytorch:pytorch-jni:2'",
    "api-.*, 'ai.djl:api:0'"
  })
  void namesEveryArtifactThatIsAbsent(String lacking, String artifacts) throws Exception {
    Throwable refusal = refusal(lacking);
    assertEquals(DeviceException.class.getName(), refusal.getClass().getName());
    String text = refusal.getMessage();
    assertTrue(text.startsWith("SW-601 device cpu: "), text);
    for (String artifact : artifacts.split(", ")) {
      assertTrue(text.contains(artifact), text);
    }
    assertEquals(artifacts.split(", ").length, text.split("ai\\.djl[.a-z]*:", -1).length - 1, text);
  }

  /** What a host is told to add, by the page too, is what these tests run with. */
  @Test
  void namesTheVersionsThatAreTested() throws Exception {
    String text = refusal(DJL).getMessage();
    String page = Files.readString(Path.of("../docs/embedding.md"));
    var jars = classPath().stream().map(jar -> jar.getFileName().toString());
    List<String> djl = jars.filter(jar -> jar.matches(DJL)).toList();
    assertEquals(3, djl.size(), djl.toString());
    for (String jar : djl) {
      String artifact = ":" + jar.replaceFirst(DJL, "$1:$2") + " ";
      assertTrue(text.contains(artifact), artifact + " in " + text);
      String listed = jar.replaceFirst(DJL, "<artifactId>$1</artifactId> <version>$2</version>");
      boolean brought = jar.startsWith("api");
      assertTrue(brought || page.replaceAll("\\s+", " ").contains(listed), listed);
    }
  }
}
