package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.cli.CommandRequest;
import io.shardwright.core.ProgressListener;
import io.shardwright.hostile.HostileCheckpoints;
import io.shardwright.spi.error.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many checkpoints, on a standalone master and two workers. */
@Tag("spark")
class FleetProcessTest {
  private static final long SEED = Long.getLong("shardwright.seed", 20_261_201);
  private static final int ALL = 200;
  private static final int EVERY = 10;
  private static final int KILLS = 3;
  private static final String OPTIONS = "--to nemo --tp 2";

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

  private interface Damage {
    void to(Path checkpoint) throws IOException;
  }

  private static final List<Damage> DAMAGES =
      List.of(
          path -> cut(path.resolve("model.safetensors"), 1),
          path -> cut(path.resolve("model.safetensors"), 20_000),
          path -> put(path.resolve("model.safetensors"), 0, new byte[] {-1, -1, -1, -1, -1, 127}),
          path -> put(path.resolve("model.safetensors"), 8, "[".getBytes()),
          path -> Files.writeString(path.resolve("config.json"), "{\"architectures\": ["),
          path -> Files.delete(path.resolve("config.json")),
          path -> Files.delete(path.resolve("model.safetensors")),
          path -> change(path, "\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2"),
          path -> change(path, "\"hidden_size\": 16", "\"hidden_size\": 32"),
          path -> change(path, "LlamaForCausalLM", "NobodysForCausalLM"));

  private static void cut(Path file, long bytes) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(Math.max(0, channel.size() - bytes));
    }
  }

  private static void put(Path file, long at, byte[] bytes) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private static void change(Path folder, String from, String to) throws IOException {
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace(from, to));
  }

  @Test
  void oneRowInTenIsBrokenAndTheOthersAreDoneThoughExecutorsAreKilled(@TempDir Path own)
      throws Exception {
    var random = new Random(SEED);
    var hostile =
        HostileCheckpoints.write(
            Files.createDirectories(own.resolve("hostile")), random, ALL / EVERY / 2);
    var table = new StringBuilder("target,options,source,owner\n");
    var expected = new ArrayList<String>();
    for (int row = 0; row < ALL; row++) {
      Path source = own.resolve("model" + row);
      if (row % EVERY < EVERY - 1) {
        new Llama(1, 16, SEED + row).write(source);
        expected.add("done");
      } else if (row % (2 * EVERY) == EVERY - 1) {
        source = hostile.get(row / 2 / EVERY);
        expected.add(code(source, own.resolve("alone" + row)));
      } else {
        new Llama(1, 16, SEED + row).write(source);
        DAMAGES.get(row / 2 / EVERY % DAMAGES.size()).to(source);
        expected.add(code(source, own.resolve("alone" + row)));
      }
      table.append(own.resolve("out" + row + ".nemo")).append(',').append(OPTIONS).append(',');
      table.append(source).append(",team ").append(row % 7).append('\n');
    }
    Path rows = Files.writeString(own.resolve("fleet.csv"), table);
    var killed = new AtomicInteger();
    var killer = Executors.newSingleThreadScheduledExecutor();
    try (var session = cluster.session(2, Cluster.twice())) {
      String parquet = own.resolve("fleet.parquet").toString();
      session.read().option("header", true).csv(rows.toString()).write().parquet(parquet);
      killer.scheduleWithFixedDelay(() -> kill(own, killed), 200, 700, TimeUnit.MILLISECONDS);
      var results = own.resolve("results.parquet");
      assertEquals(1, submit(session, "fleet", parquet, results.toString()).code());
      var done = session.read().parquet(results.toString());
      var verdicts = new ArrayList<String>();
      for (int row = 0; row < ALL; row++) {
        Row result = done.filter("target like '%/out" + row + ".nemo'").first();
        verdicts.add(result.getAs(result.getAs("code") == null ? "verdict" : "code"));
        if (verdicts.get(row).equals("done")) {
          requireTarget(own.resolve("out" + row + ".nemo"), result);
        }
      }
      assertEquals(expected, verdicts, "seed " + SEED + ", " + killed + " killed");
    } finally {
      killer.shutdownNow();
    }
    assertEquals(KILLS, killed.get());
    try (var entries = Files.list(own)) {
      long targets = expected.stream().filter("done"::equals).count();
      var made = entries.map(each -> each.getFileName().toString()).filter(FleetProcessTest::isOut);
      assertEquals(2 * targets, made.count(), "targets, each with its manifest");
    }
  }

  private static boolean isOut(String name) {
    return name.startsWith("out") || name.startsWith(".");
  }

  private static void requireTarget(Path target, Row result) throws IOException {
    Path manifest = Path.of(target + ".manifest.json");
    assertEquals(Sha256.of(manifest), result.getAs("manifest_sha256"), target.toString());
    assertEquals(Files.size(target), result.<Long>getAs("bytes"), target.toString());
  }

  /** Whichever runs, as soon as there are targets. */
  private static void kill(Path own, AtomicInteger killed) {
    if (killed.get() < KILLS && Files.exists(own.resolve("out" + 20 * killed.get() + ".nemo"))) {
      cluster.executors().stream()
          .limit(1)
          .filter(ProcessHandle::destroyForcibly)
          .forEach(executor -> killed.incrementAndGet());
    }
  }

  private static Cluster.Ended submit(SparkSession session, String... words) {
    var said = new ByteArrayOutputStream();
    int code = Submit.run(session, List.of(words), new PrintStream(said), new PrintStream(said));
    return new Cluster.Ended(code, said.toString());
  }

  /** The code with which one process refuses it. */
  private static String code(Path source, Path target) {
    var refusal =
        assertThrows(
            CheckpointException.class,
            () -> {
              var words = List.of(OPTIONS.split(" "));
              var asked = CommandRequest.of(source.toString(), target.toString(), words);
              asked.shardwright().run(asked.request(), ProgressListener.SILENT);
            });
    return refusal.code().code();
  }

  @Test
  void optionsHaveQuotesAndATargetIsOneRowsAlone(@TempDir Path own) throws Exception {
    Path source = new Llama(1, 16, SEED).write(own.resolve("a model"));
    Path families = Files.createDirectories(own.resolve("our families"));
    Files.writeString(families.resolve("none.yaml"), "");
    Path table = own.resolve("fleet.json");
    var rows = new StringBuilder();
    for (String options :
        List.of("--to 'nemo' --tp=\\\"2\\\"", "--to nemo", "--to 'nemo", "--family-file='%s'")) {
      String target = rows.isEmpty() || options.endsWith("-to nemo") ? "same" : "o" + rows.length();
      rows.append(
          "{\"source\": \"%s\", \"target\": \"%s\", \"options\": \"%s\"}%n"
              .formatted(
                  source, own.resolve(target), options.formatted(families.resolve("none.yaml"))));
    }
    Files.writeString(table, rows);
    try (var session = cluster.session(1)) {
      var done = Fleet.run(session, session.read().json(table.toString())).collectAsList();
      assertEquals("done", done.get(0).getAs("verdict"), done.get(0).toString());
      assertEquals("SW-303", done.get(1).getAs("code"), done.get(1).toString());
      assertEquals("usage", done.get(2).getAs("code"), done.get(2).toString());
      assertEquals("SW-209", done.get(3).getAs("code"), done.get(3).toString());
    }
  }

  @Test
  void aRowCantNameCodeToRun(@TempDir Path own) throws Exception {
    Path table = own.resolve("fleet.csv");
    Files.writeString(
        table,
        "source,target,options\na,b,--adapter-path evil.jar\na,b,--adapter_path=evil.jar\n"
            + "a,b,--tp none\n");
    try (var session = cluster.session(1)) {
      var rows = Fleet.run(session, session.read().option("header", true).csv(table.toString()));
      var codes = rows.select("code").collectAsList().stream().map(row -> row.getString(0));
      assertEquals(List.of("usage", "usage", "usage"), codes.toList());
    }
  }

  @Test
  void aTableWithOddRowsHasAVerdictForEach(@TempDir Path own) throws Exception {
    Path source = new Llama(1, 16, SEED).write(own.resolve("model"));
    Path table = own.resolve("fleet.json");
    Path result = own.resolve("result.json");
    String to = "\"target\": \"" + own + "/%s\"";
    String from = "\"source\": \"" + source + "\"";
    Files.writeString(
        table,
        String.join(
            "\n",
            "{" + from + ", " + to.formatted("a") + ", \"options\": \"--to nemo\", \"n\": 1}",
            "{" + from + ", " + to.formatted("b") + ", \"options\": \" --to  nemo --manifest\"}",
            "{" + from + ", " + to.formatted("c") + "}",
            "{" + from + ", \"options\": \"--to nemo\"}",
            "{" + to.formatted("d") + ", \"options\": null}",
            "{\"source\": 7, " + to.formatted("e") + ", \"options\": \"--to nemo\"}",
            "{" + from + ", " + to.formatted("f") + ", \"options\": \"--to nemo --frob 1\"}",
            "{" + from + ", " + to.formatted("g") + ", \"options\": \"--to nowhere\"}",
            "{" + from + ", " + to.formatted("a") + ", \"options\": \"--to nemo\"}",
            "{\"source\": \"\", " + to.formatted("h") + ", \"options\": \"--to nemo\"}",
            "{\"source\": \"no://where\", " + to.formatted("i") + "}",
            "{" + from + ", \"target\": \"\", \"options\": \"--to nemo\"}",
            "{" + from + ", \"target\": \"a\\u0000b\", \"options\": \"--to nemo\"}",
            "{\"source\": \"pom.xml\", " + to.formatted("j") + ", \"options\": \"--to nemo\"}",
            "no JSON at all",
            ""));
    try (var session = cluster.session(1)) {
      var ended = submit(session, "fleet", table.toString(), result.toString());
      assertEquals(1, ended.code(), ended.said());
      var rows = new TreeMap<String, String>();
      for (Row row : session.read().json(result.toString()).collectAsList()) {
        var key = String.valueOf(row.<String>getAs("target")).replace(own + "/", "");
        String code = row.getAs("code") == null ? "" : row.getAs("code");
        rows.merge(
            key,
            row.getAs("verdict") + code,
            (one, other) -> one.compareTo(other) > 0 ? one + " " + other : other + " " + one);
      }
      assertEquals(
          "{=refusedusage, a=refusedSW-303 done, a\0b=refusedusage, b=done, c=done,"
              + " d=refusedusage, e=refusedSW-101, f=refusedusage, g=refusedusage,"
              + " h=refusedusage, i=refusedSW-113, j=refusedSW-102,"
              + " null=refusedusage refusedusage}",
          rows.toString());
    }
  }

  @Test
  void aTableThatCantBeReadIsRefused(@TempDir Path own) throws Exception {
    Path result = own.resolve("result.json");
    try (var session = cluster.session(1, "spark.task.maxFailures=1")) {
      for (String name : List.of("table.parquet", "table.json", "table.csv")) {
        Path table = Files.write(own.resolve(name), new byte[] {1, 2, 3, 0, '\n', -1, -2, 9});
        var ended = submit(session, "fleet", table.toString(), result.toString());
        assertEquals(name.endsWith(".csv") ? 2 : 3, ended.code(), ended.said());
        assertEquals(1, ended.said().lines().count(), ended.said());
      }
    }
    assertFalse(Files.exists(result));
  }
}
