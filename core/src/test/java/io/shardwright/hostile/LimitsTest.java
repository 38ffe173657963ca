package io.shardwright.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For each limit a file that is refused just over it, and accepted with the limit raised by one.
 */
class LimitsTest {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final Map<Limit, byte[]> FILES = files();

  @TempDir Path folder;

  private static Map<Limit, byte[]> files() {
    var files = new EnumMap<Limit, byte[]>(Limit.class);
    byte[] archive = Tar.nemo().end();
    byte[] yaml = Octets.utf8("a: &x [[1, 2], 3]\nb: *x\nc: abcdef\n");
    byte[] pickle = Pickle.stateDict(3, p -> p.text("x").text("y".repeat(99)).raw(number()));
    byte[] torch = Zip.torch(pickle, VALUES).bytes();
    for (Limit limit : new Limit[] {Limit.ENTRIES, Limit.NAME_BYTES, Limit.PATH_DEPTH}) {
      files.put(limit, archive);
    }
    for (Limit limit :
        new Limit[] {
          Limit.CONFIG_BYTES,
          Limit.YAML_NODES,
          Limit.YAML_DEPTH,
          Limit.YAML_WORD,
          Limit.YAML_ALIASES
        }) {
      files.put(limit, ConfigCases.nemo(yaml));
    }
    for (Limit limit :
        new Limit[] {
          Limit.PICKLE_BYTES,
          Limit.PICKLE_OPS,
          Limit.PICKLE_MEMO,
          Limit.PICKLE_DEPTH,
          Limit.STRING_BYTES,
          Limit.INT_BYTES,
          Limit.RANK,
          Limit.TENSOR_BYTES,
          Limit.TENSORS,
          Limit.HEAP_BYTES
        }) {
      files.put(limit, torch);
    }
    files.put(
        Limit.ARCHIVE_HEADER_BYTES, Tar.nemo().pax('x', "comment=abc").file("x", VALUES).end());
    files.put(Limit.JSON_BYTES, header());
    files.put(Limit.JSON_DEPTH, header());
    files.put(Limit.SPOOL_BYTES, TarCases.gzip(archive));
    files.put(Limit.EXPAND_BYTES, expanded());
    files.put(Limit.STRIDE_RUNS, expanded());
    return files;
  }

  private static byte[] number() {
    return new Octets().u1('0').u1(0x8a).u1(20).bytes(new byte[19]).u1(1).array();
  }

  private static byte[] header() {
    return Safetensors.of("{" + Safetensors.tensor("w", "F32", "[3]", 0, 12) + "}", VALUES);
  }

  private static byte[] expanded() {
    Pickle one =
        Pickle.protocol(2)
            .op('}')
            .text("w")
            .tensor("FloatStorage", "0", 3, 0, new long[] {9_000}, new long[] {0});
    return Zip.torch(one.op('s').stop(), VALUES).bytes();
  }

  static Stream<Limit> limits() {
    return FILES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void refusesWhatIsOverALimitAndNamesIt(Limit limit) throws IOException {
    Path file = Files.write(folder.resolve("limited"), FILES.get(limit));
    long least = leastThatIsAccepted(limit, file);
    assertTrue(least > 0, "nothing is too little");
    assertFalse(read(limit, least, file).isPresent());
    var refusal = read(limit, least - 1, file).orElseThrow();
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
    String message = refusal.getMessage();
    var remedy = new Remedy(Setting.LIMIT, Optional.of(limit.name()));
    assertEquals(List.of(remedy), refusal.remedies(), message);
    assertTrue(message.contains("limit(" + limit + ")"), message);
    assertTrue(message.contains(limit.counted()), message);
    assertTrue(message.contains("limit of " + (least - 1) + ":"), message);
  }

  private static long leastThatIsAccepted(Limit limit, Path file) {
    long low = -1;
    long high = Math.min(limit.highest(), 1L << 24);
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (read(limit, middle, file).isPresent()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static Optional<CheckpointException> read(Limit limit, long value, Path file) {
    var policy =
        new ReadPolicy(Limits.STANDARD.with(limit, value), ReadPolicy.UnknownGlobals.KEEP, true);
    try {
      Shardwright.builder()
          .readPolicy(policy)
          .build()
          .verify(file, Set.of(), ProgressListener.SILENT);
      return Optional.empty();
    } catch (CheckpointException refusal) {
      return Optional.of(refusal);
    }
  }

  @Test
  void refusesWhatExpandsTooOftenUnlessThatIsSwitchedOff() throws IOException {
    Path file = folder.resolve("zeros");
    byte[] header = Tar.header("zeros", '0', 257 << 20);
    Tar.sum(header);
    byte[] zeros = TarCases.gzip(new byte[1 << 20]);
    try (var out = Files.newOutputStream(file)) {
      out.write(TarCases.gzip(Tar.nemo().raw(header).withoutEnd()));
      for (int i = 0; i < 258; i++) {
        out.write(zeros);
      }
    }
    var refusal = read(Limit.INFLATE_RATIO, 250, file).orElseThrow();
    assertTrue(refusal.getMessage().contains("limit(INFLATE_RATIO)"), refusal.getMessage());
    assertFalse(read(Limit.INFLATE_RATIO, 0, file).isPresent());
  }

  @Test
  void aLargePickleThatWasDeflatedAsPeopleDoIsRead() throws IOException {
    Pickle pickle = Pickle.protocol(2).op('}').mark();
    for (int layer = 0; layer < 38_000; layer++) {
      pickle.text("model.layers." + layer + ".mlp.weight").tensor("0", 3);
    }
    byte[] bytes = pickle.op('u').stop();
    assertTrue(bytes.length > 17 << 18, bytes.length + " bytes");
    Zip zip = Zip.torch(bytes, VALUES).all(Zip.Entry::deflate);
    Path file = Files.write(folder.resolve("zipped-again.pt"), zip.bytes());
    assertEquals(Optional.empty(), read(Limit.INFLATE_RATIO, 100, file));
    assertTrue(read(Limit.INFLATE_RATIO, 20, file).isPresent());
  }

  @Test
  void countsTheFilesOfAFolder() throws IOException {
    Map<String, byte[]> files = FolderCases.indexed("{\"w\":\"model-1.safetensors\"}");
    Path model = FolderCases.folder(files).write(folder);
    assertFalse(read(Limit.ENTRIES, 3, model).isPresent());
    var refusal = read(Limit.ENTRIES, 2, model).orElseThrow();
    assertTrue(refusal.getMessage().contains("3 entries"), refusal.getMessage());
  }

  /** That of merges where a Hugging Face folder is written, in GivenTokenizerTest. */
  @Test
  void everyLimitIsTried() {
    var elsewhere = Stream.of(Limit.INFLATE_RATIO, Limit.MERGE_BYTES);
    var tried = Stream.concat(limits(), elsewhere).sorted().toList();
    assertEquals(Arrays.asList(Limit.values()), tried);
  }
}
