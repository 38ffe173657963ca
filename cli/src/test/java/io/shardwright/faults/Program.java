package io.shardwright.faults;

import io.shardwright.engine.MemoryFolders;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The jar as users start it, and stop it. */
public final class Program {
  /** What a journal holds before the first tensor is written has at most so many bytes. */
  static final long JOURNAL_START = 80;

  private static final long PATIENCE_SECONDS = 120;
  private static final Path JAR = Path.of(System.getProperty("shardwright.jar", ""));

  /** The jar's classes as they lie in memory: loading them is half of a short run. */
  private static final Path CLASSES = classes();

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Without them a start takes longer, and does the same. */
  private static Path classes() {
    try {
      Path folder = MemoryFolders.create("classes");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      Path source = Model.of(Model.Kind.ARCHIVE).source(folder);
      Path classes = folder.resolve("program.jsa");
      Object[] args = {"reshard", source, folder.resolve("out"), "--tp", 2, "--no-progress"};
      Program run = start(command("-XX:ArchiveClassesAtExit=" + classes, List.of(), args));
      if (run.end() != 0) {
        throw new IllegalStateException(run.err());
      }
      return classes;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The command line of a run. */
  public static List<String> command(List<String> javaOptions, Object... args) {
    return command("-XX:SharedArchiveFile=" + CLASSES, javaOptions, args);
  }

  private static List<String> command(String classes, List<String> javaOptions, Object... args) {
    var command = new ArrayList<String>();
    command.add(String.join(File.separator, System.getProperty("java.home"), "bin", "java"));
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", classes));
    command.addAll(javaOptions);
    command.addAll(List.of("-jar", JAR.toString()));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return command;
  }

  /** A folder with all that is in it. */
  static void delete(Path folder) {
    try (var all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static Program start(Object... args) throws IOException {
    return start(command(List.of(), args));
  }

  /** What it says goes to files, so that nobody has to listen. */
  static Program start(List<String> command) throws IOException {
    return start(command, Map.of());
  }

  /** With variables of the environment. */
  static Program start(List<String> command, Map<String, String> environment) throws IOException {
    Path out = heard(".out");
    Path err = heard(".err");
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Program(builder.start(), out, err);
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
    return await(folder, suffix, 0);
  }

  /** Waits until a run that can be resumed has noted that tensors are written. */
  boolean awaitTensors(Path folder) throws Exception {
    return await(folder, ".journal", JOURNAL_START + 1);
  }

  private boolean await(Path folder, String suffix, long size) throws Exception {
    for (int i = 0; i < 200 * PATIENCE_SECONDS && process.isAlive(); i++) {
      try (var entries = Files.list(folder)) {
        for (Path entry : entries.filter(each -> each.toString().endsWith(suffix)).toList()) {
          if (Files.size(entry) >= size) {
            return true;
          }
        }
      } catch (NoSuchFileException gone) {
        continue;
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
