package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar alone, and with natives that can't be used: one clear error, nothing else. */
@Tag("process")
class MissingNativesProcessTest {
  private static final String DESCRIPTION = "native/lib/pytorch.properties";

  @TempDir Path folder;
  private Path jar;
  private Path lib;
  private Path cache;
  private Jail jail;

  @BeforeEach
  void standAlone() throws IOException {
    Path program = Files.createDirectories(folder.resolve("program"));
    lib = Files.createDirectories(program.resolve("lib"));
    jar = Files.copy(Path.of(System.getProperty("shardwright.jar")), program.resolve("sw.jar"));
    cache = Files.createDirectories(folder.resolve("cache"));
    jail = new Jail(folder, cache);
  }

  private Run reshard(String device) throws Exception {
    Path vit = folder.resolve("vit-tp1.nemo");
    Files.deleteIfExists(vit);
    Path target = folder.resolve("out.nemo");
    Run run = jail.jar(jar, "reshard", Run.vit(folder), target, "--tp", 2, "--device", device);
    assertEquals(2, run.code(), run.err());
    assertEquals("", run.out());
    assertFalse(run.err().contains("\tat "), run.err());
    assertFalse(Files.exists(target));
    assertEquals(List.of(), jail.left());
    return run;
  }

  @Test
  void aMissingLibraryIsToldInTwoLinesWithTheWaysToGetIt() throws Exception {
    for (String device : List.of("cpu", "cuda", "cuda:1")) {
      Run run = reshard(device);
      assertEquals(2, run.err().lines().count(), run.err());
      for (String part :
          List.of(
              "SW-601",
              "nothing is downloaded",
              lib.toString(),
              "-Pdjl-native",
              "PYTORCH_LIBRARY_PATH")) {
        assertTrue(run.err().contains(part), run.err());
      }
      assertEquals(0, Files.list(cache).count());
    }
  }

  @Test
  void aPathWithoutALibraryIsNamed() throws Exception {
    jail.with("PYTORCH_LIBRARY_PATH", folder.resolve("nowhere"));
    assertTrue(reshard("cpu").err().contains("nowhere, where there is no libtorch"));
  }

  @Test
  void aFileThatIsNoLibraryIsRefusedBeforeItIsLoaded() throws Exception {
    Path libtorch = Files.createDirectories(folder.resolve("libtorch/lib"));
    Path library = libtorch.resolve(System.mapLibraryName("torch"));
    Files.writeString(library, "not found\n");
    jail.with("PYTORCH_LIBRARY_PATH", libtorch);
    Run run = reshard("cpu");
    assertTrue(run.err().contains("SW-602"), run.err());
    assertTrue(run.err().contains(library.toString()), run.err());
  }

  @Test
  void anotherVersionIsRefusedBeforeItIsLoaded() throws Exception {
    Path libtorch = Files.createDirectories(folder.resolve("libtorch/lib"));
    Files.createFile(libtorch.resolve(System.mapLibraryName("torch")));
    Files.writeString(libtorch.resolve("../build-version"), "2.5.1+cpu\n");
    jail.with("PYTORCH_LIBRARY_PATH", libtorch);
    assertTrue(reshard("cpu").err().contains("is PyTorch 2.5.1, expected 2.7.1"));
  }

  @Test
  void aJarThatIsNotWholeIsNamed() throws Exception {
    natives(platform(), "2.7.1");
    Path half = lib.resolve("natives.jar");
    byte[] whole = Files.readAllBytes(half);
    Files.write(half, Arrays.copyOf(whole, whole.length - 20));
    assertTrue(reshard("cpu").err().contains("SW-602 device cpu: " + half + " is not a whole jar"));
  }

  @Test
  void aJarForAnotherPlatformOrVersionIsToldApart() throws Exception {
    natives("plan9-mips", "2.7.1");
    assertTrue(reshard("cpu").err().contains("(there is one for plan9-mips)"));
    natives(platform(), "2.5.1-20241101");
    assertTrue(reshard("cpu").err().contains("is PyTorch 2.5.1-20241101, expected 2.7.1"));
  }

  private static String platform() {
    String name = System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT);
    String system = name.startsWith("win") ? "win" : name.startsWith("mac") ? "osx" : "linux";
    return system + "-" + System.getProperty("os.arch").replace("amd64", "x86_64");
  }

  private void natives(String platform, String version) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(lib.resolve("natives.jar")))) {
      zip.putNextEntry(new ZipEntry(DESCRIPTION));
      String text =
          "version=" + version + "\nflavor=cpu\nclassifier=" + platform + "\nlibraries=a\n";
      zip.write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }
  }
}
