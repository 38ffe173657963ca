package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Zarr arrays that Megatron-Core itself saved: the writer that makes those of random trainings
 * makes the files again.
 */
class TrainingArraysTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  @Test
  void zarrIsMadeAgain() throws IOException {
    Path real = folder.resolve("real");
    unzip(TrainingFixturesTest.FIXTURES.resolve("zarr.zip"), real);
    var parameters = new TreeMap<String, WholeTraining.Parameter>();
    var found = new TreeSet<String>();
    for (String name : Checkpoints.names(real)) {
      Path array = real.resolve(name);
      if (Files.exists(array.resolve(".zarray"))) {
        byte[] bytes = merged(array);
        found.add(name + "\t" + TrainingFixturesTest.sum(bytes));
        int at = name.indexOf("model.");
        String state = at == 0 ? "" : name.substring("optimizer.state.".length(), at - 1);
        parameters
            .computeIfAbsent(
                name.substring(at + "model.".length()),
                key ->
                    new WholeTraining.Parameter(
                        DType.BFLOAT16, numbers(array, "shape"), new TreeMap<>()))
            .values()
            .put(at == 0 ? WholeTraining.WEIGHT : state.replace("fp32_", ""), bytes);
      }
    }
    assertEquals(new TreeSet<>(TrainingFixturesTest.sums("zarr")), found);
    Path ours = folder.resolve("ours");
    new ArraySource(new WholeTraining(parameters), 2, true).write(ours);
    assertEquals(files(real), files(ours));
    for (String file : files(ours)) {
      byte[] one = Files.readAllBytes(real.resolve(file));
      byte[] other = Files.readAllBytes(ours.resolve(file));
      if (file.endsWith(".zarray")) {
        assertEquals(plain(one), plain(other), file);
      } else {
        assertArrayEquals(one, other, file);
      }
    }
  }

  private static Shape numbers(Path array, String key) {
    try {
      String text = plain(Files.readAllBytes(array.resolve(".zarray")));
      int from = text.indexOf("\"" + key + "\":[") + key.length() + 4;
      String[] dims = text.substring(from, text.indexOf(']', from)).split(",");
      return new Shape(Stream.of(dims).map(Long::valueOf).toList());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** An array of its chunks, whose names say where they lie. */
  private static byte[] merged(Path array) throws IOException {
    Shape shape = numbers(array, "shape");
    Shape chunk = numbers(array, "chunks");
    var place = new ArrayList<>(shape.rowMajorStrides());
    byte[] whole = new byte[0];
    for (String name : Checkpoints.names(array)) {
      if (!name.startsWith(".")) {
        byte[] part = Files.readAllBytes(array.resolve(name));
        int size = (int) (part.length / chunk.elements());
        whole = whole.length == 0 ? new byte[(int) shape.elements() * size] : whole;
        var index = Stream.of(name.split("\\.")).map(Long::valueOf).toList();
        for (long at = 0; at < chunk.elements(); at++) {
          List<Long> within = MegatronItems.index(at, chunk.dims());
          long to = 0;
          for (int axis = 0; axis < shape.rank(); axis++) {
            to += (index.get(axis) * chunk.dim(axis) + within.get(axis)) * place.get(axis);
          }
          System.arraycopy(part, (int) at * size, whole, (int) to * size, size);
        }
      }
    }
    return whole;
  }

  private static String plain(byte[] text) {
    return new String(text, StandardCharsets.UTF_8).replaceAll("\\s", "");
  }

  private static void unzip(Path archive, Path target) throws IOException {
    try (var zip = new ZipInputStream(Files.newInputStream(archive))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.copy(zip, file);
      }
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> Files.exists(f.resolveSibling(".zarray")))
          .map(f -> folder.relativize(f).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void namesOfFsdpAreTheRealOnes() throws IOException {
    var expected = new ArrayList<String>();
    for (String name : List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")) {
      for (String kind : List.of(WholeTraining.WEIGHT, "exp_avg", "exp_avg_sq", "step")) {
        expected.add(TorchSource.key(name, kind));
      }
    }
    try (var held =
        new FileSource(TrainingFixturesTest.FIXTURES.resolve("fsdp2.metadata"), "fsdp2")) {
      var metadata = DcpMetadata.read(held, Guard.standard());
      assertEquals(new TreeSet<>(expected), new TreeSet<>(metadata.tensors().keySet()));
      assertTrue(metadata.objects().keySet().containsAll(TorchSource.groups().keySet()));
    }
  }
}
