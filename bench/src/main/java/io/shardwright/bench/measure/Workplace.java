package io.shardwright.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The folder that everything lies in, on the disk that is measured.
 *
 * @param folder made where it is missing
 */
public record Workplace(Path folder) {
  private static final int BLOCK = 1 << 20;

  /**
   * Refuses a disk that is too small.
   *
   * @throws IllegalStateException saying what is missing
   */
  public void require(long bytes) {
    try {
      Files.createDirectories(folder);
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < bytes) {
        throw new IllegalStateException(
            "the inputs and outputs need %d MB, but only %d MB are free: choose another disk with --work or less with --size"
                .formatted(bytes / 1_000_000, free / 1_000_000));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Removes what was written, and waits until the disk has nothing to do. */
  public void settle(Path... written) {
    for (Path path : written) {
      delete(path);
    }
    try {
      new ProcessBuilder("sync", "-f", folder.toString()).start().waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stop) {
      throw new IllegalStateException("interrupted", stop);
    }
  }

  /** Removes a file or a folder with all it holds. */
  public static void delete(Path path) {
    for (Path each : all(path)) {
      try {
        Files.delete(each);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  /** Bytes of a file, or of all files in a folder, holes included. */
  public static long size(Path path) {
    return all(path).stream()
        .filter(Files::isRegularFile)
        .mapToLong(each -> each.toFile().length())
        .sum();
  }

  /** Whether two files hold the same bytes. */
  public static boolean same(Path first, Path other) {
    try {
      return Files.mismatch(first, other) < 0;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads everything once, so that it lies in memory as far as there is room. */
  public static void warm(Path path) {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    for (Path file : all(path).stream().filter(Files::isRegularFile).toList()) {
      try (var channel = FileChannel.open(file)) {
        while (channel.read(block.clear()) >= 0) {
          continue;
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  /** What is inside comes before its folder. */
  private static List<Path> all(Path path) {
    if (!Files.exists(path)) {
      return List.of();
    }
    try (var walk = Files.walk(path)) {
      return walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
