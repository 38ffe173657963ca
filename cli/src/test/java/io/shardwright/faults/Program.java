package io.shardwright.faults;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The jar as users start it, and stop it. */
final class Program {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** The command line of a run. */
  static List<String> command(List<String> javaOptions, Object... args) {
    var command = new ArrayList<String>();
    command.add(String.join(File.separator, System.getProperty("java.home"), "bin", "java"));
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(javaOptions);
    command.addAll(List.of("-jar", System.getProperty("shardwright.jar")));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return command;
  }

  static Program start(Object... args) throws IOException {
    return start(command(List.of(), args));
  }

  /** What it says goes to files, so that nobody has to listen. */
  static Program start(List<String> command) throws IOException {
    Path out = heard(".out");
    Path err = heard(".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Program(process, out, err);
  }

  private static Path heard(String suffix) throws IOException {
    Path file = Files.createTempFile("program", suffix);
    file.toFile().deleteOnExit();
    return file;
  }

  /** Its exit code. */
  int end() throws Exception {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end: " + err());
    }
    return process.exitValue();
  }

  /** Ends it as {@code kill -9} does, after some time. Whether it was alive still. */
  boolean killAfter(long millis) throws Exception {
    boolean alive = !process.waitFor(millis, TimeUnit.MILLISECONDS);
    process.destroyForcibly();
    process.waitFor();
    return alive;
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** Waits until a file of this kind is in a folder; false if the program ends before. */
  boolean awaitFile(Path folder, String suffix) throws Exception {
    for (int i = 0; i < 200 * PATIENCE_SECONDS && process.isAlive(); i++) {
      try (var entries = Files.list(folder)) {
        if (entries.anyMatch(entry -> entry.toString().endsWith(suffix))) {
          return true;
        }
      }
      Thread.sleep(5);
    }
    return false;
  }

  String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }
}
