package io.shardwright.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the figures were measured on; no name and no path.
 *
 * @param processor its model
 * @param memory in bytes
 * @param fileSystem of the work folder
 */
public record Machine(
    String processor, int cores, long memory, String kernel, String fileSystem, String java) {
  private static final long GIGABYTE = 1_000_000_000;

  /** This one. */
  public static Machine of(Path work) {
    try {
      return new Machine(
          field("/proc/cpuinfo", "model name"),
          Runtime.getRuntime().availableProcessors(),
          1_024 * Long.parseLong(field("/proc/meminfo", "MemTotal").split(" ")[0]),
          System.getProperty("os.name") + " " + System.getProperty("os.version"),
          Files.getFileStore(work).type(),
          System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  /** Running tasks in the last minute, on average. */
  public static double load() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A few words that can be part of a file's name. */
  public String words() {
    String plain = processor.replaceAll("\\((R|TM)\\)|CPU|Processor|@.*", " ");
    return cores + "-core-" + slug(plain);
  }

  /** Letters and digits, parted by hyphens. */
  public static String slug(String words) {
    return words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** A list of facts. */
  public List<String> facts() {
    var facts = new ArrayList<String>();
    facts.add(
        "processor: %s, %d cores; memory: %d GB".formatted(processor, cores, memory / GIGABYTE));
    facts.add("%s, %s; %s".formatted(kernel, fileSystem, java));
    gpus().forEach(gpu -> facts.add("GPU: " + gpu));
    return facts;
  }

  /** As their driver tells them: name, memory, and its own version. */
  private static List<String> gpus() {
    var asked =
        new ProcessBuilder(
            "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader");
    try (var told = asked.start().inputReader()) {
      return told.lines().toList();
    } catch (IOException none) {
      return List.of();
    }
  }
}
