package io.shardwright.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Verification;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every format cut at every byte, and with every byte of its headers changed: refused by an
 * exception of ours, or read as what it was.
 */
class CutAndFlipTest {
  private static final Shardwright SHARDWRIGHT =
      Shardwright.builder()
          .readPolicy(
              new ReadPolicy(
                  Limits.STANDARD.with(Limit.HEAP_BYTES, 64 << 20),
                  ReadPolicy.UnknownGlobals.KEEP,
                  true))
          .build();

  @TempDir Path folder;
  private Path model;
  private Path file;

  /**
   * A format.
   *
   * @param guarded whether checksums cover what a change could alter
   * @param step between the places that are tried
   */
  private record Sample(String name, byte[] bytes, boolean guarded, int step) {
    @Override
    public String toString() {
      return name;
    }

    IntStream places() {
      return IntStream.range(0, bytes.length).filter(at -> at % step == 0);
    }
  }

  static Stream<Sample> samples() throws IOException {
    byte[] pickle = Pickle.stateDict(3, p -> {});
    byte[] values = Octets.floats(1, 2, 3);
    String header = "{" + Safetensors.tensor("w", "F32", "[3]", 0, 12) + "}";
    byte[] legacy = Files.readAllBytes(Path.of("src/test/resources/benign/older-protocol2.pt"));
    byte[] framed = Files.readAllBytes(Path.of("src/test/resources/benign/older-protocol4.pt"));
    byte[] arrays =
        ZarrCases.nemo(ZarrCases.header("[3]", "[3]", ""))
            .file("./model_weights/w/0", values)
            .end();
    return Stream.of(
        new Sample("zip.pt", Zip.torch(pickle, values).bytes(), true, 1),
        new Sample("deflated.pt", deflated(pickle, values), true, 1),
        new Sample("legacy.pt", legacy, false, 1),
        new Sample("framed.pt", framed, false, 1),
        new Sample("plain.safetensors", Safetensors.of(header, values), false, 1),
        new Sample("archive.nemo", Tar.nemo().end(), true, 7),
        new Sample("archive.tar.gz", TarCases.gzip(Tar.nemo().end()), true, 1),
        new Sample("arrays.nemo", arrays, false, 7));
  }

  private static byte[] deflated(byte[] pickle, byte[] values) {
    return Zip.torch(pickle, values).all(Zip.Entry::deflate).bytes();
  }

  static Stream<Sample> documents() {
    String index = "{\"metadata\":{},\"weight_map\":{\"w\":\"model-1.safetensors\"}}";
    return Stream.of(
        new Sample("model.safetensors.index.json", Octets.utf8(index), false, 1),
        new Sample(
            "config.json", Octets.utf8("{\"architectures\":[\"X\"],\"a\":1.5e3}"), false, 1));
  }

  @BeforeEach
  void make() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void refusesEveryCut(Sample sample) throws IOException {
    file = model.resolve(sample.name());
    var whole = read(sample.bytes(), file);
    assertTrue(whole.isPresent());
    for (int length : sample.places().toArray()) {
      var found = read(Arrays.copyOf(sample.bytes(), length), file);
      if (found.isPresent()) {
        // What was cut off an archive's end is nothing but zeros.
        assertEquals(whole, found, "cut at " + length);
        assertTrue(sample.name().endsWith(".nemo"), "cut at " + length);
      }
    }
    assertEquals(List.of(file), left());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void survivesEveryChangedByte(Sample sample) throws IOException {
    file = model.resolve(sample.name());
    var whole = read(sample.bytes(), file);
    for (int at : sample.places().toArray()) {
      byte[] changed = sample.bytes().clone();
      changed[at] ^= (byte) (at % 2 == 0 ? 0xff : 0x01);
      var found = read(changed, file);
      if (found.isPresent() && sample.guarded()) {
        assertEquals(whole, found, "byte " + at);
      }
    }
    assertEquals(List.of(file), left());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void survivesDocumentsThatAreCutOrChanged(Sample sample) throws IOException {
    var files = FolderCases.indexed("{\"w\":\"model-1.safetensors\"}");
    for (var entry : files.entrySet()) {
      Files.write(model.resolve(entry.getKey()), entry.getValue());
    }
    file = model.resolve(sample.name());
    for (int at : sample.places().toArray()) {
      assertTrue(read(Arrays.copyOf(sample.bytes(), at), model).isEmpty(), "cut at " + at);
      byte[] changed = sample.bytes().clone();
      changed[at] ^= 0x11;
      read(changed, model);
    }
    assertEquals(files.size(), left().size());
  }

  private List<Path> left() throws IOException {
    try (var left = Files.list(model)) {
      return left.toList();
    }
  }

  /** What the file holds; empty where it is refused. Anything else fails. */
  private Optional<Map<String, String>> read(byte[] bytes, Path path) throws IOException {
    Files.write(file, bytes);
    try {
      var found =
          SHARDWRIGHT.verify(
              path,
              Set.of(Verification.Detail.SUMS, Verification.Detail.VALUES),
              ProgressListener.SILENT);
      return Optional.of(Outcome.sums(found));
    } catch (CheckpointException refusal) {
      assertTrue(refusal.getMessage().startsWith("SW-"), refusal.getMessage());
      return Optional.empty();
    }
  }
}
