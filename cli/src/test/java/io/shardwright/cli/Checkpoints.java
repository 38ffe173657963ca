package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Checkpoints written by the real tools, and what is in a checkpoint. */
final class Checkpoints {
  private Checkpoints() {}

  /** A copy of one. */
  static Path copy(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (var stream = Checkpoints.class.getResourceAsStream("/nemo/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }

  /** What NumPy read from one: file, name, type, shape, SHA-256. */
  static List<String> expected(String file) throws IOException {
    try (var stream = Checkpoints.class.getResourceAsStream("/nemo/expected.tsv")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(file + "\t"))
          .map(line -> line.substring(file.length() + 1))
          .sorted()
          .toList();
    }
  }

  /** What we read. */
  static List<String> found(Path checkpoint) {
    return Shardwright.create()
        .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(Checkpoints::line)
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

  /** Reshards, with further options. */
  static void reshard(Path source, Path target, Object... options) {
    var args = new java.util.ArrayList<Object>(List.of("reshard", source, target, "--no-sync"));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
  }
}
