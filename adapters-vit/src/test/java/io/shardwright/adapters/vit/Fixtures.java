package io.shardwright.adapters.vit;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.TensorSum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Real checkpoints and what is done to them. */
final class Fixtures {
  static final Shardwright SHARDWRIGHT = Shardwright.create();

  private Fixtures() {}

  static Path copy(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (var stream = Fixtures.class.getResourceAsStream("/nemo/" + name)) {
      Files.copy(stream, file);
    }
    return file;
  }

  /** Lines "member, name, type, shape, SHA-256" that NumPy found, sorted. */
  static List<String> expected(String file) throws IOException {
    try (var stream = Fixtures.class.getResourceAsStream("/nemo/expected.tsv")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(file + "\t"))
          .map(line -> line.substring(file.length() + 1))
          .sorted()
          .toList();
    }
  }

  /** The same lines as this project finds them, sorted. */
  static List<String> found(Path checkpoint) {
    return SHARDWRIGHT
        .verify(checkpoint, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
        .tensors()
        .stream()
        .map(Fixtures::line)
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

  static Path reshard(Path source, Path target, int ranks) {
    return reshard(source, target, request -> request.tensorModelParallelSize(ranks));
  }

  static Path reshard(Path source, Path target, UnaryOperator<ReshardRequestBuilder> options) {
    var request = options.apply(ReshardRequest.builder(source, target)).build();
    SHARDWRIGHT.run(request, ProgressListener.SILENT);
    return target;
  }

  static List<String> names(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
