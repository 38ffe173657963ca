package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.StoredTensor.Place;
import io.shardwright.core.Verification.Detail;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tensors of many checkpoints, on a standalone master and a worker. */
@Tag("spark")
class CatalogueProcessTest {
  private static final long SEED = 20_261_130;
  private static final List<String> FORMATS =
      List.of(
          "nemo --tp 2 --pp 1",
          "nemo --tp 2 --layout distributed",
          "safetensors",
          "huggingface",
          "bridge --tp 2",
          "torch_dist",
          "megatron --tp 2",
          "dcp --files 2");

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

  @Test
  void everyDtypeAndFormatIsToldAsOneProcessTellsIt(@TempDir Path own) throws Exception {
    var paths = new ArrayList<String>();
    paths.add(everyDtype(own.resolve("dtypes.safetensors")).toString());
    try (var files = Files.list(Path.of("../core/src/test/resources/benign").toAbsolutePath())) {
      files.map(file -> file.normalize().toString()).sorted().forEach(paths::add);
    }
    Path model = new Llama(1, 16, SEED).write(own.resolve("model"));
    for (String to : FORMATS) {
      Path target = own.resolve("as" + paths.size());
      OneProcess.run(model, target, List.of(("--to " + to).split(" ")));
      paths.add(target.toString());
    }
    Files.writeString(own.resolve("text"), "no checkpoint");
    var broken = List.of(own.resolve("text").toString(), "", "no://where", "a\0b", own + "/absent");
    paths.addAll(broken);
    var expected = new ArrayList<String>();
    var values = new ArrayList<String>();
    paths.forEach(path -> alone(path, expected, values));
    try (var session = cluster.session(1)) {
      var told = new ArrayList<String>();
      for (Row row : Catalogue.tensors(session, paths).collectAsList()) {
        told.add(text(row, "name", "dtype", "shape", "shard", "file", "bytes"));
      }
      assertEquals(sorted(expected), sorted(told));
      var contents = new ArrayList<String>();
      for (Row row : Catalogue.values(session, paths).collectAsList()) {
        contents.add(text(row, "name", "dtype", "sha256", "nan", "infinite"));
      }
      assertEquals(sorted(values), sorted(contents));
    }
    for (String path : broken) {
      assertTrue(expected.contains(path + " refused"), path + " is accepted");
    }
  }

  private static String sorted(List<String> rows) {
    return rows.stream().sorted().collect(Collectors.joining("\n"));
  }

  private static String text(Row row, String... columns) {
    String checkpoint = row.getAs("checkpoint");
    if (row.getAs("error") != null) {
      return checkpoint + " refused";
    }
    var text = new StringBuilder(checkpoint);
    for (String column : columns) {
      Object value = row.getAs(column);
      text.append(' ');
      text.append(column.equals("shape") ? row.getList(row.fieldIndex("shape")) : value);
    }
    return text.toString();
  }

  /** What one process says of a checkpoint. */
  private static void alone(String path, List<String> tensors, List<String> values) {
    var shardwright = Shardwright.create();
    try (var checkpoint = shardwright.open(shardwright.path(path))) {
      for (var tensor : checkpoint.tensors()) {
        var spec = tensor.spec();
        String file = tensor.place().map(Place::file).orElse(tensor.file());
        String rank = tensor.rank().map(Object::toString).orElse(null);
        String what = path + ' ' + spec.name() + ' ' + spec.dtype().torchName();
        tensors.add(
            what + ' ' + spec.shape().dims() + ' ' + rank + ' ' + file + ' ' + spec.byteSize());
      }
    } catch (CheckpointException | IllegalArgumentException refusal) {
      tensors.add(path + " refused");
    }
    try {
      var verified =
          shardwright.verify(
              shardwright.path(path), EnumSet.allOf(Detail.class), ProgressListener.SILENT);
      for (var tensor : verified.tensors()) {
        var spec = tensor.spec();
        String what = path + ' ' + spec.name() + ' ' + spec.dtype().torchName();
        values.add(
            what
                + ' '
                + tensor.sha256()
                + ' '
                + some(tensor.nan())
                + ' '
                + some(tensor.infinite()));
      }
    } catch (CheckpointException | IllegalArgumentException refusal) {
      values.add(path + " refused");
    }
  }

  private static String some(OptionalLong count) {
    return count.isPresent() ? String.valueOf(count.getAsLong()) : "null";
  }

  /** Three elements of each type that safetensors has. */
  private static Path everyDtype(Path file) throws IOException {
    var header = new StringBuilder();
    int end = 0;
    for (DType dtype : DType.values()) {
      if (!dtype.name().matches("COMPLEX(32|128)")) {
        int begin = end;
        end += 3 * dtype.byteSize();
        header.append(header.isEmpty() ? "{" : ",").append('"').append(dtype.torchName());
        header.append("\":{\"dtype\":\"").append(dtype.safetensorsName());
        header.append("\",\"shape\":[3],\"data_offsets\":[" + begin + "," + end + "]}");
      }
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + text.length + end).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) (bytes.position() % 2));
    }
    return Files.write(file, bytes.array());
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
