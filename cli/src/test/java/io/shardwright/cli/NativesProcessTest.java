package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar with PyTorch's native library, each way of finding it. */
@Tag("natives")
class NativesProcessTest {
  private static final Path JAR = Path.of(System.getProperty("shardwright.jar", ""));

  @TempDir Path folder;
  private Path cache;
  private Jail jail;
  private Path vit;

  @BeforeEach
  void shareOneCache() throws IOException {
    cache = JAR.resolveSibling("natives-cache");
    jail = new Jail(folder, cache);
    vit = Run.vit(folder);
  }

  private Object[] reshard(Path target, String device) {
    return new Object[] {"reshard", vit, target, "--tp", 2, "--device", device, "--no-progress"};
  }

  private void requireRight(Run run, Path target) throws Exception {
    assertEquals(0, run.code(), run.err());
    assertEquals("", run.err());
    assertTrue(run.out().contains(" on cpu"), run.out());
    Path expected = folder.resolve("expected.nemo");
    assertEquals(0, Run.of("reshard", vit, expected, "--tp", 2).code());
    assertEquals(-1, Files.mismatch(expected, target));
    assertEquals(List.of(), jail.left());
  }

  @Test
  void isFoundInTheFolderBesideTheJar() throws Exception {
    Path target = folder.resolve("out.nemo");
    requireRight(jail.jar(JAR, reshard(target, "cpu")), target);
  }

  @Test
  void isFoundInTheFolderBesideTheLauncher() throws Exception {
    Path alone = Files.copy(JAR, folder.resolve("alone.jar"));
    Path home = JAR.getParent();
    Path target = folder.resolve("out.nemo");
    var options = List.of("-Dshardwright.home=" + home, "-jar", alone.toString());
    requireRight(jail.java(options, reshard(target, "cpu")), target);
  }

  @Test
  void isFoundWhereTheVariableSays() throws Exception {
    Path alone = Files.copy(JAR, folder.resolve("alone.jar"));
    Path target = folder.resolve("out.nemo");
    jail.with("PYTORCH_LIBRARY_PATH", unpacked());
    requireRight(jail.jar(alone, reshard(target, "cpu")), target);
  }

  /** Where the first run leaves it. */
  private Path unpacked() throws Exception {
    jail.jar(JAR, reshard(folder.resolve("first.nemo"), "cpu"));
    String library = System.mapLibraryName("torch");
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.endsWith(library)).findFirst().orElseThrow().getParent();
    }
  }

  @Test
  void aLibraryThatEndsEarlyIsRefusedBeforeItEndsTheProcess() throws Exception {
    Path whole = unpacked();
    Path libtorch = Files.createDirectories(folder.resolve("libtorch"));
    String torch = System.mapLibraryName("torch");
    Files.copy(whole.resolve(torch), libtorch.resolve(torch));
    Path cut = libtorch.resolve(System.mapLibraryName("c10"));
    Files.copy(whole.resolve(cut.getFileName()), cut);
    try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    jail.with("PYTORCH_LIBRARY_PATH", libtorch);
    Path target = folder.resolve("out.nemo");
    Run run = jail.jar(JAR, reshard(target, "cpu"));
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("SW-602 device cpu: " + cut + " is not a whole"), run.err());
    assertFalse(Files.exists(target));
  }

  @Test
  void cudaIsRefusedWhereThereIsNone() throws Exception {
    Path target = folder.resolve("out.nemo");
    Run run = jail.jar(JAR, reshard(target, "cuda:1"));
    assertEquals(2, run.code(), run.err());
    assertTrue(
        run.err().startsWith("error: SW-603 device cuda:1: PyTorch finds no CUDA"), run.err());
    assertFalse(Files.exists(target));
  }

  @Test
  void nothingIsOpenedOverTheNetwork() throws Exception {
    Run run = watched();
    assertTrue(run.out().contains("opened []"), run.out() + run.err());
  }

  /** DJL goes by the environment first, and then the watch sees it. */
  @Test
  void whatWouldBeOpenedIsSeen() throws Exception {
    jail.with("DJL_OFFLINE", "false").with("OPT_OUT_TRACKING", "false");
    Run run = watched();
    assertTrue(run.out().contains("opened [http://169.254.169.254/"), run.out() + run.err());
  }

  private Run watched() throws Exception {
    String own = System.getProperty("java.class.path");
    String path = System.getProperty("surefire.test.class.path", own);
    Run run =
        jail.java(
            List.of("-cp", path, NetworkWatch.class.getName()),
            reshard(folder.resolve("out.nemo"), "cpu"));
    assertEquals(0, run.code(), run.err());
    return run;
  }
}
