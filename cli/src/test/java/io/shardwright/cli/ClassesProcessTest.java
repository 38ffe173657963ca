package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes of Hugging Face in the eyes of transformers. */
class ClassesProcessTest {
  @TempDir Path folder;

  /** One process makes all models and compares what comes back, since its imports take seconds. */
  @Test
  @Tag("interop")
  void transformersGetsTheSameLogitsAfterTheWayThroughTorchDist() throws Exception {
    Files.createDirectory(folder.resolve("back"));
    Process check =
        new ProcessBuilder(
                "python3", "src/test/python/interop.py", "check_classes.py", folder.toString())
            .redirectErrorStream(true)
            .start();
    try (var out = check.inputReader()) {
      for (String name : made(out)) {
        thereAndBack(name);
      }
      check.outputWriter().append("compare\n").close();
      String said = String.join("\n", out.lines().toList());
      assertEquals(0, check.waitFor(), said);
    } finally {
      check.destroy();
    }
  }

  private static List<String> made(BufferedReader out) throws IOException {
    var said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("made ")) {
        return List.of(line.substring("made ".length()).split(" "));
      }
      said.append(line).append('\n');
    }
    throw new AssertionError(said.toString());
  }

  private void thereAndBack(String name) {
    Path source = folder.resolve(name);
    Path weights = folder.resolve(name + "-weights");
    String experts = name.endsWith("-ep2") ? "2" : "1";
    var there =
        Run.of(
            "convert",
            source,
            weights,
            "--to",
            "torch_dist",
            "--tp",
            "2",
            "--pp",
            "2",
            "--ep",
            experts);
    assertEquals(0, there.code(), name + there.err());
    var here =
        Run.of(
            "convert",
            weights,
            folder.resolve("back").resolve(name),
            "--config",
            source.resolve("config.json"));
    assertEquals(0, here.code(), name + here.err());
  }
}
