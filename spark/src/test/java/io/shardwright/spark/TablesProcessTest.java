package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.cli.CommandRequest;
import io.shardwright.core.ProgressListener;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many checkpoints, on a standalone master and a worker. */
@Tag("spark")
class TablesProcessTest {
  private static final long SEED = 20_261_130;
  private static final int ALL = 200;
  private static final int EVERY = 10;
  private static final String OPTIONS = "--to nemo --tp 2";

  @TempDir static Path folder;

  private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster(Files.createDirectories(folder.resolve("cluster")), 1);
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
  void oneRowInTenIsBrokenAndTheOthersAreDone(@TempDir Path own) throws Exception {
    var table = new StringBuilder("source,target,options\n");
    var expected = new ArrayList<String>();
    for (int row = 0; row < ALL; row++) {
      Path source = new Llama(1, 16, SEED + row).write(own.resolve("model" + row));
      if (row % EVERY == EVERY - 1) {
        DAMAGES.get(row / EVERY % DAMAGES.size()).to(source);
        expected.add(code(source, own.resolve("alone" + row)));
      } else {
        expected.add("done");
      }
      table.append(source).append(',').append(own.resolve("out" + row + ".nemo"));
      table.append(',').append(OPTIONS).append('\n');
    }
    Path rows = Files.writeString(own.resolve("fleet.csv"), table);
    try (var session = cluster.session(1)) {
      var asked = session.read().option("header", true).csv(rows.toString());
      var done = Fleet.run(session, asked);
      var verdicts = new ArrayList<String>();
      for (Row row : done.collectAsList()) {
        verdicts.add(row.getAs(row.getAs("code") == null ? "verdict" : "code"));
      }
      assertEquals(expected, verdicts);
      Row first = done.first();
      Path manifest = own.resolve("out0.nemo.manifest.json");
      assertEquals(Sha256.of(manifest), first.getAs("manifest_sha256"));
      assertEquals(Files.size(own.resolve("out0.nemo")), first.<Long>getAs("bytes"));
    }
    for (int row = 0; row < ALL; row++) {
      boolean there = Files.exists(own.resolve("out" + row + ".nemo"));
      assertEquals(expected.get(row).equals("done"), there, "row " + row);
    }
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
  void tensorsOfCheckpointsAreATable(@TempDir Path own) throws Exception {
    var paths = new ArrayList<String>();
    for (int number = 0; number < 3; number++) {
      paths.add(new Llama(2, 16, SEED + number).write(own.resolve("m" + number)).toString());
    }
    paths.add(own.resolve("absent").toString());
    try (var session = cluster.session(1)) {
      Catalogue.tensors(session, paths).createOrReplaceTempView("tensors");
      var found = new TreeMap<String, Long>();
      session
          .sql("SELECT checkpoint, sum(bytes) FROM tensors WHERE error IS NULL GROUP BY checkpoint")
          .collectAsList()
          .forEach(row -> found.put(row.getString(0), row.getLong(1)));
      var expected = new TreeMap<String, Long>();
      for (String path : paths.subList(0, 3)) {
        expected.put(path, weights(Path.of(path)));
      }
      assertEquals(expected, found);
      assertEquals(1, session.sql("SELECT * FROM tensors WHERE error LIKE 'SW-%'").count());
      Row embedding =
          session
              .sql("SELECT * FROM tensors WHERE name = 'lm_head.weight' ORDER BY checkpoint")
              .first();
      long size = Files.size(Path.of(paths.get(0), "model.safetensors"));
      assertEquals(size - 128 * 16 * 2, embedding.<Long>getAs("offset"));
    }
  }

  /** What of the file is not its header. */
  private static long weights(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder.resolve("model.safetensors"))) {
      var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.read(length);
      return channel.size() - 8 - length.getLong(0);
    }
  }
}
