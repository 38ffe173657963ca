package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
  @TempDir Path folder;

  private Path family(String id) throws IOException {
    String rows =
        "restores: [a.Of"
            + id
            + "]\nparallelism: []\nnamings: {mcore: {rows: [{replicated: w}]}}\n";
    return Files.writeString(folder.resolve(id + ".yaml"), "family: " + id + "\n" + rows);
  }

  @Test
  void familyFilesAreThoseOfTheVariableAndOfTheOption() throws IOException {
    String two = family("first") + File.pathSeparator + family("second");
    Run run =
        Run.with(
            Map.of("SHARDWRIGHT_FAMILY_FILE", two), "adapters", "--family-file", family("third"));
    assertEquals(0, run.code(), run.err());
    for (String id : new String[] {"first", "second", "third"}) {
      assertTrue(run.out().lines().anyMatch(line -> line.startsWith(id + " (")), run.out());
    }
  }

  @Test
  void anAdapterPathThatIsMissingIsRefusedByName() {
    Run run = Run.with(Map.of("SHARDWRIGHT_ADAPTER_PATH", folder + "/none.jar"), "adapters");
    assertEquals(3, run.code(), run.out());
    assertTrue(run.err().contains("none.jar"), run.err());
  }

  @Test
  void theUsersFolderIsReadUnlessLeftOut() throws IOException {
    Path adapters = Files.createDirectories(folder.resolve("config/shardwright/adapters"));
    Files.writeString(adapters.resolve("broken.jar"), "no jar");
    for (Map<String, String> variables :
        List.of(
            Map.of("XDG_CONFIG_HOME", folder + "/config"),
            Map.of("HOME", link(adapters.getParent().getParent()).toString()))) {
      Run read = Run.with(variables, "adapters");
      assertEquals(3, read.code(), read.out());
      assertTrue(read.err().contains("broken.jar"), read.err());
      assertEquals(0, Run.with(variables, "adapters", "--no-user-adapters").code());
    }
    assertEquals(0, Run.with(Map.of("XDG_CONFIG_HOME", folder + "/none"), "adapters").code());
  }

  /** A home whose {@code .config} is a folder. */
  private Path link(Path config) throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.createSymbolicLink(home.resolve(".config"), config);
    return home;
  }

  @Test
  void threadsAreThoseOfTheOptionElseOfTheVariable() throws IOException {
    Path vit = Run.vit(folder);
    Run three = Run.with(Map.of("SHARDWRIGHT_THREADS", "3"), "plan", vit, "--tp", "2");
    assertTrue(three.out().contains("(3 threads)"), three.out() + three.err());
    Run two =
        Run.with(Map.of("SHARDWRIGHT_THREADS", "3"), "plan", vit, "--tp", "2", "--threads", "2");
    assertTrue(two.out().contains("(2 threads)"), two.out());
    for (String wrong : new String[] {"x", "0", "-1", "99999999999"}) {
      Run refused = Run.with(Map.of("SHARDWRIGHT_THREADS", wrong), "plan", vit, "--tp", "2");
      assertEquals(2, refused.code(), refused.err());
      assertTrue(refused.err().contains("SHARDWRIGHT_THREADS is "), refused.err());
      assertFalse(refused.err().contains("Exception"), refused.err());
    }
  }
}
