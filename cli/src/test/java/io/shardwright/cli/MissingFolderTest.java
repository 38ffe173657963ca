package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets in folders that are not there: a name that was mistyped, or one that is to come. */
class MissingFolderTest {
  @TempDir Path folder;
  private Path source;
  private Path there;

  @BeforeEach
  void unpack() throws IOException {
    source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    there = Files.createDirectory(folder.resolve("there"));
  }

  /** Every command that writes, with its target. */
  private List<Object[]> commands(Path target) {
    return List.of(
        new Object[] {"reshard", source, target, "--tp", 2, "--no-sync"},
        new Object[] {"reshard", source, target + ".nemo", "--pp", 2, "--no-sync"},
        new Object[] {"convert", source, target, "--to", "safetensors", "--no-sync"},
        new Object[] {"reshard", source, target + ".nemo", "--tp", 2, "--no-sync", "--manifest"},
        new Object[] {"extract", source, target},
        new Object[] {
          "megatron_change_num_partitions",
          "--model-file=" + source,
          "--target-file=" + target + ".nemo",
          "--target-tensor-model-parallel-size=2",
          "--no-sync"
        });
  }

  private static Object[] and(Object[] command, String option) {
    var more = new ArrayList<>(List.of(command));
    more.add(option);
    return more.toArray();
  }

  private void assertNothingMade() throws IOException {
    try (var entries = Files.list(there)) {
      assertEquals(List.of(), entries.toList());
    }
  }

  @Test
  void areRefusedByEveryCommand() throws IOException {
    for (String name : List.of("new/out", "new/and/deep/out")) {
      Path target = there.resolve(name);
      for (Object[] command : commands(target)) {
        Run run = Run.of(command);
        assertEquals(4, run.code(), run.err());
        assertTrue(run.err().contains("'" + target.getParent() + "' does not exist"), run.err());
        assertTrue(run.err().contains("--mkdirs"), run.err());
        assertNothingMade();
      }
    }
  }

  @Test
  void areRefusedByAPlanToo() throws IOException {
    Path target = there.resolve("new/out.nemo");
    assertEquals(4, Run.of("plan", source, target, "--tp", 2).code());
    assertEquals(4, Run.of("reshard", source, target, "--tp", 2, "--dry-run").code());
    Run plan = Run.of("plan", source, target, "--tp", 2, "--mkdirs");
    assertEquals(0, plan.code(), plan.err());
    assertNothingMade();
  }

  @Test
  void areMadeWhereThatIsAskedFor() throws IOException {
    int commands = commands(there).size();
    for (int number = 0; number < commands; number++) {
      Path target = there.resolve("new-" + number + "/and/out");
      Run run = Run.of(and(commands(target).get(number), "--mkdirs"));
      assertEquals(0, run.code(), number + run.err());
      assertTrue(Files.isDirectory(target.getParent()));
    }
  }

  @Test
  void takeThePageOfTheRunThatMakesThem() throws IOException {
    Path page = there.resolve("new/page.html");
    Path target = there.resolve("new/deep/out.nemo");
    Run run = Run.of("reshard", source, target, "--tp", 2, "--report", page, "--mkdirs");
    assertEquals(0, run.code(), run.err());
    assertTrue(Files.size(page) > 0);
  }

  /** The bytes of a tensor are not those that its checksum says: seen while they move. */
  @Test
  void areRemovedAgainWhereTheRunFails() throws IOException {
    byte[] bytes = Files.readAllBytes(source);
    bytes[bytes.length / 2] ^= 1;
    Files.write(source, bytes);
    for (Object[] command : commands(there.resolve("new/and/deep/out"))) {
      if (command[0].equals("extract")) {
        continue;
      }
      Run run = Run.of(and(command, "--mkdirs"));
      assertEquals(3, run.code(), List.of(command) + run.err());
      assertNothingMade();
    }
  }

  @Test
  void areRemovedUpToThoseThatWereThere() throws IOException {
    byte[] bytes = Files.readAllBytes(source);
    bytes[bytes.length / 2] ^= 1;
    Files.write(source, bytes);
    Path half = Files.createDirectory(there.resolve("half"));
    Run run = Run.of("reshard", source, half.resolve("new/out.nemo"), "--tp", 2, "--mkdirs");
    assertEquals(3, run.code(), run.err());
    try (var left = Files.walk(there)) {
      assertEquals(List.of(there, half), left.toList());
    }
  }
}
