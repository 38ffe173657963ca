package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family of a third party, dropped in as a jar. */
class ExampleTest {
  @TempDir Path folder;

  @Test
  void isFoundInAFolderOfJarsAndReshards() throws IOException {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    ExampleJar.make(jars.resolve("bert.jar"));
    Run listed = Run.of("adapters", "--adapter-path", jars);
    assertTrue(listed.out().contains("my-bert (" + jars), listed.out());
    Path source = TinyBert.write(folder.resolve("bert"));
    Path cut = folder.resolve("cut.nemo");
    Path home = folder.resolve("home.nemo");
    Object[] found = {"--adapter-path", jars, "--vocab-size", 37};
    Run.reshard(source, cut, with(found, "--tp", 2, "--pp", 2));
    Run inspected = Run.of("inspect", cut, "--adapter-path", jars, "--tensors");
    assertTrue(inspected.out().contains("family      my-bert"), inspected.out());
    assertTrue(inspected.out().contains("[24, 16] model.word_embeddings.weight"), inspected.out());
    Run.reshard(cut, home, with(found, "--tp", 1, "--pp", 1));
    assertEquals(Checkpoints.found(source), Checkpoints.found(home));
  }

  private static Object[] with(Object[] options, Object... more) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(options), java.util.Arrays.stream(more))
        .toArray();
  }

  @Test
  void withoutTheJarNoFamilyClaimsTheCheckpoint() {
    Path source = TinyBert.write(folder.resolve("bert"));
    Run run = Run.of("reshard", source, folder.resolve("out.nemo"), "--tp", 2);
    assertEquals(3, run.code());
    assertTrue(run.err().contains("SW-201 "), run.err());
    assertTrue(run.err().contains("--adapter-path or --family-file"), run.err());
  }

  @Test
  void theAdapterHasLessThanAHundredLines() throws IOException {
    assertTrue(Files.readAllLines(ExampleJar.SOURCE).size() < 100);
  }
}
