package io.shardwright.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.faults.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is heavy in the corpus, and a sample of the rest, through the real command line, in a small
 * heap and a home of its own.
 */
class HostileProcessTest {
  private static final int EVERY = 240 / Integer.getInteger("shardwright.density", 1);

  /** Of the processor, so that a busy machine is no failure. */
  private static final int SECONDS = 10;

  private static final int PATIENCE = 120;

  @TempDir Path folder;
  private Path home;

  @Test
  @Tag("process")
  @Tag("sampled")
  void staysWithinItsHeapAndItsFolder() throws Exception {
    home = Files.createDirectory(folder.resolve("home"));
    var all = HostileCorpusTest.all();
    var processes = Executors.newFixedThreadPool(2);
    var checks = new ArrayList<Future<?>>();
    for (int i = 0; i < all.size(); i++) {
      Case c = all.get(i);
      if (i % EVERY == 7 || c.isHeavy()) {
        checks.add(processes.submit(() -> check(c)));
      }
    }
    processes.shutdown();
    for (Future<?> check : checks) {
      check.get();
    }
    assertEquals(Set.of(home), HostileCorpusTest.listing(home), "the home was touched");
  }

  private Void check(Case c) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(folder, "case");
    Path path = c.content().write(Files.createDirectory(work.resolve("in")));
    Set<Path> before = HostileCorpusTest.listing(work);
    Path out = Files.createTempFile(folder, "case", ".out");
    Process process =
        new ProcessBuilder(command(path))
            .redirectOutput(out.toFile())
            .redirectErrorStream(true)
            .directory(work.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, "still running: " + c.name());
    String said = Files.readString(out, StandardCharsets.UTF_8);
    int code = process.exitValue();
    assertTrue(Set.of(0, 3, 4, 5).contains(code), c.name() + ": " + code + " " + said);
    assertTrue(code == 0 || said.contains("error: SW-"), c.name() + ": " + said);
    boolean named = c.codes().stream().anyMatch(known -> said.contains(known.code() + " "));
    assertTrue(c.codes().isEmpty() || named, c.name() + ": " + said);
    assertTrue(code != 0 || !c.mustBeRefused(), "accepted: " + c.name());
    assertEquals(before, HostileCorpusTest.listing(work), "files appeared: " + c.name());
    return null;
  }

  private List<String> command(Path path) {
    var command = new ArrayList<String>();
    command.addAll(List.of("sh", "-c", "ulimit -t " + SECONDS + "; exec \"$0\" \"$@\""));
    var options = List.of("-Xmx512m", "-Duser.home=" + home);
    command.addAll(Program.command(options, "verify", "--sums", "--values", path));
    return command;
  }
}
