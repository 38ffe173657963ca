package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.LargeVit;
import io.shardwright.core.ReshardRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell does to a running program. */
@Tag("process")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has neither signals nor umask")
class SignalProcessTest {
  @TempDir(factory = TempDirFactory.Standard.class)
  static Path sources;

  @TempDir(factory = TempDirFactory.Standard.class)
  Path folder;

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
      new LargeVit(6, 512).write(file);
    }
    return file;
  }

  /** What an undisturbed run makes of it. */
  private static synchronized Path calm() throws IOException {
    Path calm = sources.resolve("calm.nemo");
    if (!Files.exists(calm)) {
      Model.run(ReshardRequest.builder(large(), calm).tensorModelParallelSize(2).sync(false));
    }
    return calm;
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void saysLastHowToContinueAndWhatToRemove(String signal) throws Exception {
    Program program = Program.start("reshard", large(), target, "--tp", 2);
    assertTrue(program.awaitTensors(disk), program.err());
    program.signal(signal);
    assertEquals(130, program.end(), program.err());
    String last = program.err().lines().reduce((first, second) -> second).orElseThrow();
    assertTrue(last.startsWith("error: SW-404"), program.err());
    assertTrue(last.contains("repeat the command with --resume; to give up, remove '"), last);
    try (Stream<Path> left = Files.list(disk)) {
      for (Path file : left.toList()) {
        assertTrue(last.contains("'" + file.toAbsolutePath() + "'"), file + ": " + last);
        Files.delete(file);
      }
    }
    Model.assertHolds(disk, signal);
  }

  @Test
  void anInterruptedRunIsLikeAKilledOneForTheNext() throws Exception {
    for (String signal : List.of("INT", "KILL")) {
      Program program = Program.start("reshard", large(), target, "--tp", 2);
      assertTrue(program.awaitTensors(disk), program.err());
      program.signal(signal);
      program.end();
      Program again = Program.start("reshard", large(), target, "--tp", 2);
      assertEquals(0, again.end(), again.err());
      assertTrue(again.err().contains("with --resume this run would have continued"), again.err());
      Model.assertHolds(disk, signal, "out.nemo");
      Files.delete(target);
    }
  }

  /** Either takes the same way from here; the second is tried at a higher density. */
  static Stream<String> signals() {
    return Stream.of("INT", "TERM").limit(Integer.getInteger("shardwright.density", 1));
  }

  @ParameterizedTest
  @MethodSource("signals")
  @Tag("sampled")
  void keepsWhatIsDoneToGoOnWithIt(String signal) throws Exception {
    Path source = large();
    Program program = Program.start("reshard", source, target, "--tp", 2, "--resume");
    assertTrue(program.awaitTensors(disk), program.err());
    program.signal(signal);
    assertEquals(130, program.end(), program.err());
    assertTrue(program.err().contains("repeat the command with --resume"), program.err());
    Program again = Program.start("reshard", source, target, "--tp", 2, "--resume");
    assertEquals(0, again.end(), again.err());
    Model.assertHolds(disk, signal, "out.nemo");
    assertEquals(-1, Files.mismatch(calm(), target));
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

  @Test
  void givesTheUsersOwnPermissions() throws Exception {
    permit("022", target);
    assertPermissions("rw-r--r--", target);
    permit("077", disk.resolve("one.nemo"));
    assertPermissions("rw-------", disk.resolve("one.nemo"));
    Path out = disk.resolve("out");
    permit("027", out);
    assertPermissions("rwxr-x---", out);
    assertPermissions("rw-r-----", out.resolve("model_config.yaml"));
  }

  private void permit(String umask, Path to) throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    Program program = shell("umask " + umask + "; exec \"$@\"", "reshard", source, to, "--tp", 2);
    assertEquals(0, program.end(), program.err());
  }

  private static void assertPermissions(String expected, Path file) throws IOException {
    assertEquals(
        PosixFilePermissions.fromString(expected), Files.getPosixFilePermissions(file), "" + file);
  }

  @Test
  void saysThatMemoryRanOut() throws Exception {
    Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
    var little = List.of("-XX:MaxDirectMemorySize=1m");
    var programs =
        List.of(
            Program.start(Program.command(little, "reshard", source, target, "--tp", 2)),
            Program.start(Program.command(little, "verify", source)));
    for (Program program : programs) {
      assertEquals(5, program.end(), program.err());
      assertTrue(program.err().startsWith("error: SW-406"), program.err());
      assertEquals(1, program.err().lines().count(), program.err());
    }
    Model.assertHolds(disk, "no memory");
  }
}
