package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.Comparison;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.RunOptions;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Checkpoints written by the real tools, what is in a checkpoint, and what is made of it. */
public final class Checkpoints {
  static final Shardwright SHARDWRIGHT = Shardwright.create();

  private Checkpoints() {}

  /** A copy of one. */
  public static Path copy(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (var stream = Checkpoints.class.getResourceAsStream("/nemo/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }

  /** The members of an archive as files. */
  static void unpack(Path archive, Path target) throws IOException {
    try (var tar = new TarFile(archive)) {
      for (var entry : tar.getEntries()) {
        Path file = target.resolve(entry.getName());
        if (!entry.isDirectory()) {
          Files.createDirectories(file.getParent());
          try (var stream = tar.getInputStream(entry)) {
            Files.copy(stream, file);
          }
        }
      }
    }
  }

  /** What NumPy read from one, sorted: file, name, type, shape, SHA-256. */
  public static List<String> expected(String file) throws IOException {
    try (var stream = Checkpoints.class.getResourceAsStream("/nemo/expected.tsv")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(file + "\t"))
          .map(line -> line.substring(file.length() + 1))
          .sorted()
          .toList();
    }
  }

  /** What we read, in the same form. */
  public static List<String> found(Path checkpoint) {
    return SHARDWRIGHT
        .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(Checkpoints::line)
        .sorted()
        .toList();
  }

  /** The same, whatever the files are called. */
  static List<String> tensors(Path checkpoint) {
    return found(checkpoint).stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .sorted()
        .toList();
  }

  private static String line(TensorSum sum) {
    var spec = sum.spec();
    return String.join(
        "\t",
        sum.file(),
        spec.name(),
        spec.dtype().torchName(),
        spec.shape().toString(),
        sum.sha256());
  }

  static Comparison diff(Path one, Path other) {
    return SHARDWRIGHT.diff(one, other, RunOptions.DEFAULT, ProgressListener.SILENT);
  }

  /** Two checkpoints say and hold the same. */
  static void assertAlike(Path one, Path other) {
    var found = diff(one, other);
    assertTrue(found.same(), found.toString());
  }

  /** What verification says beside the verdict. */
  static String notes(Path checkpoint) {
    return SHARDWRIGHT.verify(checkpoint, Set.of(), ProgressListener.SILENT).notes().toString();
  }

  /** What a folder holds, sorted. */
  static List<String> names(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
