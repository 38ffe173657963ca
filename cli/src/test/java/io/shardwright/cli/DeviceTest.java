package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --device}, where nothing is computed or in the Java virtual machine. */
class DeviceTest {
  @TempDir Path folder;

  @Test
  void isCheckedForItsFormByEveryCommand() throws IOException {
    Path vit = Run.vit(folder);
    for (String word : List.of("gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cuda:99999", "")) {
      for (Run run :
          List.of(
              Run.of("inspect", vit, "--device", word),
              Run.of("verify", vit, "--device", word),
              Run.of("adapters", "--device", word),
              Run.of("reshard", vit, folder.resolve("out.nemo"), "--device", word))) {
        assertEquals(2, run.code(), word + run.err());
        assertTrue(run.err().contains("expected jvm, cpu, cuda or cuda:N"), run.err());
      }
    }
  }

  @Test
  void needsNoLibraryWhereNothingIsComputed() throws IOException {
    Path vit = Run.vit(folder);
    Path out = folder.resolve("out.nemo");
    for (String device : List.of("jvm", "cpu", "cuda", "cuda:3")) {
      assertEquals(0, Run.of("inspect", vit, "--device", device).code());
      assertEquals(0, Run.of("verify", vit, "--device=" + device).code());
      assertEquals(0, Run.of("plan", vit, out, "--tp", 2, "--device", device).code());
      assertEquals(0, Run.of("reshard", vit, out, "--dry-run", "--device", device).code());
    }
  }

  @Test
  void isNamedInTheReport() throws IOException {
    var run = Run.of("reshard", Run.vit(folder), folder.resolve("out.nemo"), "--json");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("\"device\" : \"jvm\""), run.out());
  }
}
