package io.shardwright.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Measures processes with {@code stopwatch.py}: Java can't ask the kernel for a child's peak
 * memory.
 *
 * @param script where it is
 * @param folder for its reports, and what the processes print
 */
public record Stopwatch(Path script, Path folder) {
  /**
   * Runs a command that must succeed.
   *
   * @throws IllegalStateException with what it printed, if it does not
   */
  public Reading run(List<String> command) {
    return sampled(0, command);
  }

  /** Runs a command that must end with one of several codes. */
  public Reading run(List<String> command, Set<Integer> codes) {
    return sampled(0, command, codes);
  }

  /** Runs a command that must succeed, with memory sampled every so many milliseconds. */
  public Reading sampled(int millis, List<String> command) {
    return sampled(millis, command, Set.of(0));
  }

  private Reading sampled(int millis, List<String> command, Set<Integer> codes) {
    Path report = folder.resolve("report");
    Path printed = folder.resolve("printed");
    var all = new ArrayList<>(List.of("python3", script.toString()));
    all.addAll(List.of(report.toString(), Integer.toString(millis)));
    all.addAll(command);
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(report);
      int code =
          end(new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(printed.toFile()));
      require(code == 0 && Files.exists(report), all, printed);
      Reading reading = Reading.parse(Files.readAllLines(report));
      require(codes.contains(reading.code()), command, printed);
      return reading;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What the last command printed. */
  public String printed() {
    try {
      return Files.readString(folder.resolve("printed"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static int end(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    try {
      return process.waitFor();
    } catch (InterruptedException stop) {
      process.destroy();
      throw new IllegalStateException("interrupted", stop);
    }
  }

  private static void require(boolean holds, List<String> command, Path printed)
      throws IOException {
    if (!holds) {
      throw new IllegalStateException(
          String.join(" ", command) + " failed:\n" + Files.readString(printed));
    }
  }
}
