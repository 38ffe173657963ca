package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program's jar and a third party's, which have nothing but the SPI in common. */
class ExampleProcessTest {
  @TempDir Path folder;

  @Test
  @Tag("process")
  void theJarFindsAFamilyThatIsDroppedInAsAJar() throws Exception {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    ExampleJar.make(jars.resolve("bert.jar"));
    Run listed = start("adapters", "--adapter-path", jars);
    assertTrue(listed.out().contains("my-bert (" + jars), listed.out());
    Path bert = TinyBert.write(folder.resolve("bert"));
    Path cut = folder.resolve("cut.nemo");
    Run run = start("reshard", bert, cut, "--tp", 2, "--vocab-size", 37, "--adapter-path", jars);
    assertEquals(0, run.code(), run.out());
    assertTrue(run.out().contains("verified"), run.out());
  }

  private static Run start(Object... args) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    var command =
        new ArrayList<>(List.of(java.toString(), "-jar", System.getProperty("shardwright.jar")));
    List.of(args).forEach(arg -> command.add(arg.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, "");
  }
}
