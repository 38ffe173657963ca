package io.shardwright.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A standalone cluster of Spark on 127.0.0.1: a master and workers of one core each. */
final class Cluster {
  private static final long PATIENCE_SECONDS = 90;
  private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final String url;
  private volatile Process submitted;
  private volatile long peakKilobytes;

  Cluster(Path folder, int workers) throws IOException, InterruptedException {
    this.folder = folder;
    Path jars = Files.createDirectories(folder.resolve("home/jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      if (entry.contains("/.m2/") || entry.contains("/repository/")) {
        Path link = jars.resolve(jar.getFileName());
        if (Files.notExists(link)) {
          Files.createSymbolicLink(link, jar);
        }
      }
    }
    start("master", "org.apache.spark.deploy.master.Master", "--port", "0", "--webui-port", "0");
    url = "spark://127.0.0.1:" + await("master", "Starting Spark master at spark://127.0.0.1:");
    for (int number = 1; number <= workers; number++) {
      worker("worker" + number);
    }
    for (int number = 1; number <= workers; number++) {
      await("worker" + number, "Successfully registered with master spark://");
    }
  }

  private void worker(String name) throws IOException {
    start(
        name,
        "org.apache.spark.deploy.worker.Worker",
        "--cores",
        "1",
        "--memory",
        "512m",
        "--webui-port",
        "0",
        "--work-dir",
        folder.resolve(name).toString(),
        url);
  }

  private void start(String name, String main, String... words) throws IOException {
    var command = new ArrayList<>(List.of("--host", "127.0.0.1"));
    command.addAll(List.of(words));
    processes.add(java(name, "-Xmx256m", main, command).start());
  }

  private ProcessBuilder java(String name, String heap, String main, List<String> words) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", folder.resolve("home/jars") + "/*", main));
    command.addAll(words);
    File log = folder.resolve(name + ".log").toFile();
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_HOME", folder.resolve("home").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    return builder;
  }

  /** How a program ended, and what it printed. */
  record Ended(int code, String said) {}

  /**
   * Runs {@code spark-submit} on two cores, as a user does.
   *
   * @param environment variables of the driver and of the executors
   * @param parts into which the work is divided
   */
  Ended submit(Map<String, String> environment, int parts, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("--class", Submit.class.getName()));
    var conf = conf(2).set("spark.default.parallelism", String.valueOf(parts));
    conf.remove("spark.executor.extraJavaOptions");
    environment.forEach((name, value) -> conf.set("spark.executorEnv." + name, value));
    for (var setting : conf.getAll()) {
      command.addAll(List.of("--conf", setting._1 + "=" + setting._2));
    }
    var jars = List.of(conf.get("spark.jars").split(","));
    command.add(jars.stream().filter(jar -> jar.contains("shardwright-spark")).findAny().get());
    command.addAll(List.of(words));
    var builder = java("submit", "-Xmx640m", "org.apache.spark.deploy.SparkSubmit", command);
    builder.environment().putAll(environment);
    submitted = builder.start();
    int code = submitted.waitFor();
    return new Ended(code, Files.readString(folder.resolve("submit.log")));
  }

  /** Waits for a line of a log, and tells what stands behind the words. */
  private String await(String name, String words) throws IOException, InterruptedException {
    Path log = folder.resolve(name + ".log");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < end) {
      String text = Files.readString(log);
      int at = text.indexOf(words);
      int line = text.indexOf('\n', at);
      if (at >= 0 && line >= 0) {
        return text.substring(at + words.length(), line).strip();
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IllegalStateException(name + " says:\n" + Files.readString(log));
  }

  /** Settings with which nearly every task is begun a second time before it ends, and others. */
  static String[] twice(String... others) {
    var settings = new ArrayList<>(List.of(others));
    settings.add("spark.speculation=true");
    settings.add("spark.speculation.multiplier=1.0");
    settings.add("spark.speculation.quantile=0.1");
    settings.add("spark.speculation.interval=10ms");
    settings.add("spark.speculation.minTaskRuntime=1ms");
    return settings.toArray(String[]::new);
  }

  /** A driver in this process, whose executors have 512 MB. */
  SparkSession session(int cores, String... settings) {
    var conf = conf(cores);
    for (String setting : settings) {
      conf.set(setting.split("=")[0], setting.split("=")[1]);
    }
    return SparkSession.builder().config(conf).getOrCreate();
  }

  private SparkConf conf(int cores) {
    return new SparkConf()
        .setAppName("shardwright")
        .setMaster(url)
        .setJars(System.getProperty("shardwright.spark.jars").split(","))
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.cores.max", String.valueOf(cores))
        .set("spark.executor.cores", "1")
        .set("spark.executor.memory", "512m")
        .set("spark.task.maxFailures", "20")
        .set("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
        .set("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
  }

  /** The processes of executors that run now. */
  List<ProcessHandle> executors() {
    return processes.stream()
        .flatMap(process -> process.toHandle().descendants())
        .filter(child -> child.info().commandLine().orElse("").contains(EXECUTOR))
        .toList();
  }

  /** Ends the driver that {@link #submit} has started. */
  void killDriver() {
    submitted.destroyForcibly();
  }

  /** Waits until the executors of a driver that is gone have ended too. */
  void awaitNoExecutors() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!executors().isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /**
   * Looks at the memory of the executors that run now.
   *
   * @return the most that one of them was seen to have had resident until now, in MiB
   */
  long peakMegabytes() throws IOException {
    for (ProcessHandle executor : executors()) {
      Path status = Path.of("/proc", String.valueOf(executor.pid()), "status");
      for (String line : Files.exists(status) ? Files.readAllLines(status) : List.<String>of()) {
        if (line.startsWith("VmHWM:")) {
          peakKilobytes = Math.max(peakKilobytes, Long.parseLong(line.replaceAll("\\D", "")));
        }
      }
    }
    return peakKilobytes >> 10;
  }

  /** Ends all of its processes. */
  void stop() throws InterruptedException {
    for (Process process : processes) {
      process.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }
}
