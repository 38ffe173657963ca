package io.shardwright.core.internal.codec.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.TorchLayout.StorageSpec;
import io.shardwright.core.internal.codec.zip.ZipIndex;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against files that PyTorch 2.2.2 wrote, read with NumPy. */
class TorchFileTest {
  @ParameterizedTest
  @CsvSource({"odd.pt, odd.tsv", "deflated.pt, odd.tsv", "renamed.pt, odd.tsv", "big.pt, big.tsv"})
  void readsWhatNumPyReads(String file, String expected) throws IOException {
    assertEquals(
        new String(resource(expected)).lines().toList(), TorchSums.of(open(resource(file))));
  }

  @Test
  void keepsObjectsThatAreNoTensors() throws IOException {
    TorchFile file = open(resource("odd.pt"));
    assertEquals(
        List.of("none._extra_state", "bytes._extra_state"),
        List.copyOf(file.stateDict().objects().keySet()));
    assertEquals(PickleValue.Constant.NONE, file.stateDict().objects().get("none._extra_state"));
  }

  @Test
  void laysOutEveryByteAsTorchDoesUpToTheSerializationId() throws IOException {
    byte[] original = resource("odd.pt");
    byte[] rewritten = rewrite(original, open(original));
    assertEquals(original.length, rewritten.length);
    int id = (int) idOffset(original);
    assertEquals(id, idOffset(rewritten));
    assertArrayEquals(Arrays.copyOf(original, id), Arrays.copyOf(rewritten, id));
  }

  private static long idOffset(byte[] file) {
    return ZipIndex.read(new MemorySource(file, "test.pt"), Guard.standard()).members().stream()
        .filter(member -> member.name().endsWith("/.data/serialization_id"))
        .findFirst()
        .orElseThrow()
        .dataOffset();
  }

  @Test
  void survivesEveryCutAndFlippedByte() throws IOException {
    byte[] whole = resource("odd.pt");
    for (int length = 0; length < whole.length; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(CheckpointException.class, () -> open(cut), "cut at " + length);
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) 0x81;
      try {
        TorchFile file = open(flipped);
        file.stateDict().tensors();
        file.stateDict().objects();
        file.requireIntact();
      } catch (CheckpointException refusal) {
        assertTrue(refusal.getMessage().startsWith("SW-"), refusal.getMessage());
      }
    }
  }

  @Test
  void readsBackWhatItLaysOut() throws IOException {
    for (long seed = 0; seed < 60; seed++) {
      var random = new Random(seed);
      var pickle = new StateDictPickle();
      Map<String, byte[]> values = new HashMap<>();
      var specs = new ArrayList<TensorSpec>();
      for (int i = 0; i < random.nextInt(30); i++) {
        DType dtype = DType.values()[random.nextInt(DType.values().length)];
        var spec =
            new TensorSpec("t" + i, dtype, Shape.of(random.nextInt(4), 1 + random.nextInt(40)));
        byte[] bytes = new byte[(int) spec.byteSize()];
        random.nextBytes(bytes);
        specs.add(spec);
        values.put(pickle.add(spec), bytes);
      }
      byte[] file = write("root", PickleWriter.write(pickle.build(Optional.empty())), values);
      TorchFile read = open(file);
      read.requireIntact();
      assertEquals(
          specs,
          read.stateDict().tensors().values().stream().map(TorchTensor::spec).toList(),
          "seed " + seed);
      for (TorchTensor tensor : read.stateDict().tensors().values()) {
        var bytes = ByteBuffer.allocate((int) tensor.storage().size());
        tensor.storage().readFully(bytes, 0);
        assertArrayEquals(values.get(tensor.storageKey()), bytes.array(), "seed " + seed);
      }
    }
  }

  @Test
  void alignsEveryStorageAndWidensWhatDoesNotFit() {
    long large = 5L << 30;
    var layout =
        TorchLayout.of(
            "model_weights",
            new byte[] {'N', '.'},
            List.of(
                new StorageSpec("0", large), new StorageSpec("1", 8), new StorageSpec("2", large)));
    for (String key : List.of("0", "1", "2")) {
      assertEquals(0, layout.dataOffset(key) % 64);
    }
    assertTrue(layout.size() > 2 * large);
    var sparse = new SparseSource(layout, Map.of("0", 1L, "1", 2L, "2", 3L));
    var members = ZipIndex.read(sparse, Guard.standard()).members();
    assertEquals(
        large,
        ZipIndex.read(sparse, Guard.standard()).find("model_weights/data/2").orElseThrow().size());
    assertEquals(
        layout.dataOffset("2"),
        ZipIndex.read(sparse, Guard.standard())
            .find("model_weights/data/2")
            .orElseThrow()
            .dataOffset());
    assertEquals(7, members.size());
  }

  private static byte[] rewrite(byte[] original, TorchFile file) {
    Map<String, byte[]> values = new HashMap<>();
    file.stateDict()
        .tensors()
        .values()
        .forEach(
            tensor -> {
              var storage = file.storageBytes(tensor.storageKey()).orElseThrow();
              var bytes = ByteBuffer.allocate((int) storage.size());
              storage.readFully(bytes, 0);
              values.put(tensor.storageKey(), bytes.array());
            });
    String name =
        new String(original, 30, original[26], java.nio.charset.StandardCharsets.US_ASCII);
    return write(
        name.substring(0, name.indexOf('/')), PickleWriter.write(file.document().root()), values);
  }

  private static byte[] write(String root, byte[] pickle, Map<String, byte[]> values) {
    var storages =
        values.entrySet().stream()
            .map(e -> new StorageSpec(e.getKey(), e.getValue().length))
            .toList();
    var layout = TorchLayout.of(root, pickle, storages);
    byte[] file = new byte[(int) layout.size()];
    Map<String, Long> crcs = new HashMap<>();
    values.forEach(
        (key, bytes) -> {
          System.arraycopy(bytes, 0, file, (int) layout.dataOffset(key), bytes.length);
          var crc = new CRC32();
          crc.update(bytes);
          crcs.put(key, crc.getValue());
        });
    layout
        .structure(crcs)
        .forEach(
            chunk ->
                System.arraycopy(
                    chunk.bytes(), 0, file, (int) chunk.offset(), chunk.bytes().length));
    return file;
  }

  private static TorchFile open(byte[] bytes) {
    return TorchFile.open(new MemorySource(bytes, "test.pt"), Guard.standard());
  }

  private static byte[] resource(String name) throws IOException {
    try (var stream = TorchFileTest.class.getResourceAsStream("/torch/" + name)) {
      return stream.readAllBytes();
    }
  }
}
