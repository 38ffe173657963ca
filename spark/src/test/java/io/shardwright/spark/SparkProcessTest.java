package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.CommandRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a standalone master and two workers. */
class SparkProcessTest {
  private static final long SEED = 20_261_130;
  private static final String TWELVE = "spark.default.parallelism=12";

  @TempDir static Path folder;

  private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster(Files.createDirectories(folder.resolve("cluster")), 2);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.stop();
  }

  private static SparkResharding.Done run(
      SparkSession session, Path source, Path target, List<String> options) {
    var asked = CommandRequest.of(source.toString(), target.toString(), options);
    var context = JavaSparkContext.fromSparkContext(session.sparkContext());
    return SparkResharding.run(context, asked.shardwright(), asked.request());
  }

  private static void assertAlone(Path folder, String... names) throws IOException {
    try (var entries = Files.list(folder)) {
      assertEquals(
          List.of(names), entries.map(entry -> entry.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  @Tag("spark")
  void oneWorkerAndTwoWriteWhatOneProcessWrites(@TempDir Path own) throws Exception {
    Path source = new Llama(3, 64, SEED).write(own.resolve("hf"));
    var ways =
        List.of(
            List.of("--to", "nemo", "--tp", "2", "--pp", "3"),
            List.of("--to", "bridge", "--tp", "4"),
            List.of("--to", "huggingface", "--dtype", "fp32"));
    for (int workers = 1; workers <= 2; workers++) {
      Path disk = Files.createDirectories(own.resolve("disk" + workers));
      try (var session = cluster.session(workers)) {
        for (int way = 0; way < ways.size(); way++) {
          var expected =
              OneProcess.run(source, own.resolve("calm-" + workers + way), ways.get(way));
          var done = run(session, source, disk.resolve("out" + way), ways.get(way));
          assertEquals(
              expected, OneProcess.contents(disk.resolve("out" + way)), way + " on " + workers);
          assertTrue(done.verified());
        }
      }
      assertAlone(disk, "out0", "out1", "out2");
    }
  }

  @Test
  @Tag("spark")
  void executorsMayBeKilledThreeTimes(@TempDir Path own) throws Exception {
    kills(own, 3, new Llama(8, 512, SEED));
  }

  @Test
  @Tag("kill")
  void executorsMayBeKilledThirtyTimes(@TempDir Path own) throws Exception {
    kills(own, 30, new Llama(8, 768, SEED));
  }

  private static void kills(Path own, int wanted, Llama model) throws Exception {
    var random = new Random(SEED);
    Path source = model.write(own.resolve("hf"));
    var options = List.of("--to", "nemo", "--tp", "2");
    var expected = OneProcess.run(source, own.resolve("calm.nemo"), options);
    Path disk = Files.createDirectories(own.resolve("disk"));
    var killed = new AtomicInteger();
    for (int round = 0; killed.get() < wanted; round++) {
      String when = "seed " + SEED + ", round " + round;
      assertTrue(round < 10 * wanted, when);
      Path target = disk.resolve("out.nemo");
      var killer = Executors.newSingleThreadScheduledExecutor();
      String[] settings = random.nextBoolean() ? Cluster.twice(TWELVE) : new String[] {TWELVE};
      try (var session = cluster.session(2, settings)) {
        killer.scheduleWithFixedDelay(
            () -> kill(target, killed), random.nextInt(200), 400, TimeUnit.MILLISECONDS);
        run(session, source, target, options);
      } finally {
        killer.shutdownNow();
      }
      assertEquals(expected, OneProcess.contents(target), when);
      assertAlone(disk, "out.nemo");
      Files.delete(target);
    }
  }

  /** Once the target is being written, an executor ends. */
  private static void kill(Path target, AtomicInteger killed) {
    if (Files.exists(target.resolveSibling(".out.nemo.parts"))) {
      cluster.executors().stream()
          .limit(1)
          .filter(ProcessHandle::destroyForcibly)
          .forEach(executor -> killed.incrementAndGet());
    }
  }

  @Test
  @Tag("spark")
  void partsThatAreWrittenTwiceAtOnceAreTheSame(@TempDir Path own) throws Exception {
    Path source = new Llama(6, 256, SEED).write(own.resolve("hf"));
    var options = List.of("--to", "nemo", "--tp", "2");
    var expected = OneProcess.run(source, own.resolve("calm.nemo"), options);
    Path disk = Files.createDirectories(own.resolve("disk"));
    try (var session = cluster.session(2, Cluster.twice())) {
      run(session, source, disk.resolve("out.nemo"), options);
    }
    assertEquals(expected, OneProcess.contents(disk.resolve("out.nemo")));
    assertAlone(disk, "out.nemo");
  }

  @Test
  @Tag("spark")
  void aJobThatHasEndedIsContinuedThoughTheNextWouldMakeOtherParts(@TempDir Path own)
      throws Exception {
    Path source = new Llama(6, 384, SEED).write(own.resolve("hf"));
    var options = List.of("--to", "bridge", "--tp", "2");
    var expected = OneProcess.run(source, own.resolve("calm"), options);
    Path disk = Files.createDirectories(own.resolve("disk"));
    Path target = disk.resolve("out");
    var asked = CommandRequest.of(source.toString(), target.toString(), options);
    Cancelled.run(cluster, asked, 7, () -> Files.exists(disk.resolve(".out.parts")));
    try (var session = cluster.session(1, "spark.default.parallelism=2")) {
      assertEquals(7, run(session, source, target, options).parts());
    }
    assertEquals(expected, OneProcess.contents(target));
    assertAlone(disk, "out");
  }

  @Test
  @Tag("spark")
  void aRefusalReachesTheDriverWithItsCode(@TempDir Path own) throws Exception {
    Path source = new Llama(1, 64, SEED).write(own.resolve("hf"));
    Path target = own.resolve("out.nemo");
    try (var session = cluster.session(1)) {
      var words = List.of("run", source.toString(), target.toString(), "--to", "nemo", "--tp", "3");
      assertEquals(6, Submit.run(session, words, System.out, System.err));
    }
    assertAlone(own, "hf");
  }
}
