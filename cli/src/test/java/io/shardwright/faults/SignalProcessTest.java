package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.LargeVit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell does to a running program. */
@Tag("process")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has neither signals nor umask")
class SignalProcessTest {
  @TempDir static Path sources;

  @TempDir Path folder;

  private Path disk;
  private Path target;

  @BeforeEach
  void prepare() throws IOException {
    disk = Files.createDirectories(folder.resolve("disk"));
    target = disk.resolve("out.nemo");
  }

  private static synchronized Path large() throws IOException {
    Path file = sources.resolve("large.nemo");
    if (!Files.exists(file)) {
      new LargeVit(6, 768).write(file);
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void leavesNothingWhenItIsStopped(String signal) throws Exception {
    Program program = Program.start("reshard", large(), target, "--tp", 2);
    assertTrue(program.awaitFile(disk, ".partial"), program.err());
    program.signal(signal);
    assertEquals(130, program.end(), program.err());
    assertTrue(program.err().contains("error: SW-404"), program.err());
    assertTrue(program.err().contains("nothing was left behind"), program.err());
    Model.assertHolds(disk, signal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void keepsWhatIsDoneToGoOnWithIt(String signal) throws Exception {
    Path source = large();
    Program program = Program.start("reshard", source, target, "--tp", 2, "--resume");
    assertTrue(program.awaitFile(disk, ".partial"), program.err());
    Thread.sleep(100);
    program.signal(signal);
    assertEquals(130, program.end(), program.err());
    assertTrue(program.err().contains("the same command goes on with it"), program.err());
    Program again = Program.start("reshard", source, target, "--tp", 2, "--resume");
    assertEquals(0, again.end(), again.err());
    Model.assertHolds(disk, signal, "out.nemo");
    Path calm = folder.resolve("calm.nemo");
    assertEquals(0, Program.start("reshard", source, calm, "--tp", 2, "--no-sync").end());
    assertEquals(-1, Files.mismatch(calm, target));
  }

  @Test
  void doesItsWorkWhereNobodyListens() throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    var command = Program.command(List.of(), "reshard", source, target, "--tp", 2);
    Process deaf = new ProcessBuilder(command).start();
    deaf.getInputStream().close();
    deaf.getErrorStream().close();
    assertEquals(0, deaf.waitFor());
    Model.assertHolds(disk, "deaf", "out.nemo");
  }

  private static Program shell(String script, Object... args) throws IOException {
    var shell = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    shell.addAll(Program.command(List.of(), args));
    return Program.start(shell);
  }

  @ParameterizedTest
  @ValueSource(strings = {">/dev/full", ">&-"})
  void saysThatItsOutputCanNotBeWritten(String redirection) throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    Program program = shell("exec \"$@\" " + redirection, "inspect", source, "--tensors");
    assertEquals(5, program.end(), program.err());
    assertTrue(program.err().startsWith("error: SW-402 standard output"), program.err());
  }

  @Test
  void endsQuietlyWhereTheReaderHasGone() throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    String gone = "{ \"$@\"; echo \"code $?\" >&2; } | :";
    Program program = shell(gone, "verify", source, "--sums", "--no-progress");
    assertEquals(0, program.end());
    assertEquals("code 0\n", program.err());
    program = shell(gone, "reshard", source, target, "--tp", 2, "--no-progress");
    assertEquals(0, program.end());
    assertEquals("code 0\n", program.err());
    Model.assertHolds(disk, "nobody reads", "out.nemo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"022", "077"})
  void givesTheUsersOwnPermissions(String umask) throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    for (Path each : List.of(target, disk.resolve("out"))) {
      Program program =
          shell("umask " + umask + "; exec \"$@\"", "reshard", source, each, "--tp", 2);
      assertEquals(0, program.end(), program.err());
    }
    String others = umask.equals("077") ? "------" : "r--r--";
    assertPermissions("rw-" + others, target);
    assertPermissions(
        "rwx" + others.replace("r--", "r-x").replace("---", "---"), disk.resolve("out"));
    assertPermissions("rw-" + others, disk.resolve("out/model_config.yaml"));
  }

  private static void assertPermissions(String expected, Path file) throws IOException {
    assertEquals(
        PosixFilePermissions.fromString(expected), Files.getPosixFilePermissions(file), "" + file);
  }

  @Test
  void saysThatMemoryRanOut() throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    var little = List.of("-XX:MaxDirectMemorySize=1m");
    for (String command : List.of("reshard", "verify")) {
      var args = new ArrayList<Object>(List.of(command, source));
      args.addAll(command.equals("verify") ? List.of() : List.of(target, "--tp", 2));
      Program program = Program.start(Program.command(little, args.toArray()));
      assertEquals(5, program.end(), program.err());
      assertTrue(program.err().startsWith("error: SW-406"), program.err());
      assertEquals(1, program.err().lines().count(), program.err());
    }
    Model.assertHolds(disk, "no memory");
  }
}
