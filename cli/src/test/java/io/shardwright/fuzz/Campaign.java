package io.shardwright.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One target under Jazzer, in a process of its own with 512 MB of heap, for some seconds. */
record Campaign(Target target, Path folder, long seconds) {
  /** A folder in memory, where the system has one: a disk is ten times slower. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final int SECONDS_PER_INPUT = 10;
  private static final int DISTINCT_FINDINGS = 20;
  private static final long GRACE = 120;
  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units: (\\d+)");
  private static final Pattern COVERAGE = Pattern.compile(" cov: (\\d+) ");

  /**
   * What came of it.
   *
   * @param coverage edges of the instrumented code that some input took
   * @param findings files with inputs that something else than a refusal came of
   */
  record Outcome(Target target, long executions, long coverage, long seconds, int findings) {}

  /** Runs it; its corpus is kept in the folder and grows from run to run. */
  Outcome run(List<byte[]> seeds) throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    Path findings = emptied(folder.resolve("findings"));
    Path given = emptied(folder.resolve("seeds"));
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(given.resolve(Integer.toString(i)), seeds.get(i));
    }
    Path log = folder.resolve("log.txt");
    long start = System.nanoTime();
    int exit = start(log, List.of(corpus.toString(), given.toString()));
    long wall = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    int found = count(findings);
    return new Outcome(
        target,
        last(EXECUTIONS, text),
        last(COVERAGE, text),
        wall,
        exit == 0 ? found : Math.max(1, found));
  }

  private int start(Path log, List<String> corpora) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(Files.isWritable(MEMORY) ? MEMORY : folder, "fuzz");
    var command = Stream.of(java(scratch), jazzer(), corpora).flatMap(List::stream).toList();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      return process.waitFor(seconds + GRACE, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } finally {
      process.destroyForcibly().waitFor();
      delete(scratch);
    }
  }

  private static List<String> java(Path scratch) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:-OmitStackTraceInFastThrow",
        "-Djava.io.tmpdir=" + scratch,
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer");
  }

  private static Path emptied(Path folder) throws IOException {
    if (Files.exists(folder)) {
      delete(folder);
    }
    return Files.createDirectory(folder);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private List<String> jazzer() {
    return List.of(
        "--target_class=" + Fuzzer.class.getName(),
        "--target_args=" + target.word(),
        "--instrumentation_includes=io.shardwright.core.**:io.shardwright.spi.**:io.shardwright.adapters.**",
        "--custom_hook_includes=io.shardwright.**",
        "--keep_going=" + DISTINCT_FINDINGS,
        "--reproducer_path=" + folder,
        "-artifact_prefix=" + folder.resolve("findings") + File.separator,
        "-max_total_time=" + seconds,
        "-timeout=" + SECONDS_PER_INPUT,
        "-max_len=" + target.largest(),
        "-rss_limit_mb=2048",
        "-print_final_stats=1");
  }

  private static int count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.filter(file -> !file.getFileName().toString().startsWith("slow-")).count();
    }
  }

  private static long last(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .reduce(0, (before, after) -> after);
  }
}
