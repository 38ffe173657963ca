package io.shardwright.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was changed behind a checksum or a length is read again when it is repaired. */
class RepairTest {
  private static final Path FORMATS = Path.of("src/test/resources/formats");
  private static final Path BENIGN = Path.of("src/test/resources/benign");

  @TempDir Path folder;

  /** A file, a text in it and another of the same or another length. */
  static Stream<Arguments> files() throws IOException {
    byte[] nemo = Files.readAllBytes(FORMATS.resolve("tiny.nemo"));
    byte[] zip = Files.readAllBytes(FORMATS.resolve("tiny.pt"));
    byte[] safetensors = Files.readAllBytes(FORMATS.resolve("tiny.safetensors"));
    return Stream.of(
        Arguments.of(Target.TORCH, zip, "cpu", "xpu"),
        Arguments.of(Target.INSPECT, zip, "cpu", "xpu"),
        Arguments.of(Target.TAR, nemo, "0000644", "0000600"),
        Arguments.of(Target.INSPECT, nemo, "target: ", "target:   "),
        Arguments.of(Target.INSPECT, nemo, "cpu", "xpu"),
        Arguments.of(Target.SAFETENSORS, safetensors, "\":{\"dtype", "more\":{\"dtype"),
        Arguments.of(Target.INSPECT, safetensors, "\":{\"dtype", "more\":{\"dtype"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aRepairedFileIsRead(Target target, byte[] file, String text, String other) {
    assertTrue(target.accepts(file, folder));
    byte[] changed = changed(file, text, other);
    assertFalse(target.accepts(changed, folder));
    assertTrue(target.accepts(Repair.of(changed), folder));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aRepairedArchiveIsReadThroughGzip(Target target, byte[] file, String text, String other)
      throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(file);
    }
    byte[] cut = packed.toByteArray();
    cut[cut.length - 5] ^= 1;
    assertFalse(Target.GZIP.accepts(cut, folder));
    assertTrue(Target.GZIP.accepts(Repair.of(cut), folder));
  }

  static Stream<Path> honest() throws IOException {
    try (Stream<Path> files = Files.list(BENIGN)) {
      return files.filter(file -> !file.toString().endsWith(".tsv")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("honest")
  void anHonestFileNeedsNoRepair(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    assertTrue(Target.INSPECT.accepts(Repair.of(bytes), folder));
    if (file.toString().endsWith(".pt")) {
      assertArrayEquals(bytes, Repair.of(bytes));
    }
  }

  private static byte[] changed(byte[] file, String text, String other) {
    String latin = new String(file, StandardCharsets.ISO_8859_1);
    assertTrue(latin.contains(text));
    return latin.replace(text, other).getBytes(StandardCharsets.ISO_8859_1);
  }
}
