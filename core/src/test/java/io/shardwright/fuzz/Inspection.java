package io.shardwright.fuzz;

import io.shardwright.Shardwright;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Everything that {@code inspect} does with a path, with less memory and disk than usual. */
final class Inspection {
  static final Limits LIMITS =
      Limits.STANDARD
          .with(Limit.SPOOL_BYTES, 16 << 20)
          .with(Limit.HEAP_BYTES, 64 << 20)
          .with(Limit.YAML_NODES, 100_000);

  private static final Shardwright SHARDWRIGHT =
      Shardwright.builder()
          .readPolicy(new ReadPolicy(LIMITS, ReadPolicy.UnknownGlobals.KEEP, true))
          .build();

  private final Path folder;

  Inspection(Path folder) {
    this.folder = folder;
  }

  /** Looks at a file. */
  void file(byte[] bytes) {
    look(written(folder, "model.nemo", bytes));
  }

  static Path written(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Looks at a folder of files; of files whose names contradict each other the first counts. */
  void folder(Map<String, byte[]> files) {
    Path model = folder.resolve("model");
    try {
      Files.createDirectories(model);
      for (var file : files.entrySet()) {
        write(model, model.resolve(file.getKey()), file.getValue());
      }
      look(model);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      delete(model);
    }
  }

  private static void write(Path root, Path path, byte[] bytes) throws IOException {
    boolean blocked = Files.isDirectory(path);
    for (Path above = path.getParent(); !above.equals(root); above = above.getParent()) {
      blocked |= Files.isRegularFile(above);
    }
    if (!blocked) {
      Files.createDirectories(path.getParent());
      Files.write(path, bytes);
    }
  }

  private static void look(Path path) {
    try (var checkpoint = SHARDWRIGHT.open(path)) {
      checkpoint.summary();
      checkpoint.outline();
      checkpoint.tensors();
      checkpoint.pickleImports();
    }
  }

  static void delete(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
