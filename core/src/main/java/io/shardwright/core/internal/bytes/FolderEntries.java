package io.shardwright.core.internal.bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Lists the entries of a folder. */
public final class FolderEntries {
  private FolderEntries() {}

  /**
   * Lists files and folders.
   *
   * @return sorted by path
   * @throws io.shardwright.spi.error.CheckpointIoException if the folder can't be listed
   */
  public static List<Path> of(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException failure) {
      throw ReadFailure.of(folder.toString(), "listed", failure);
    } catch (UncheckedIOException failure) {
      throw ReadFailure.of(folder.toString(), "listed", failure.getCause());
    }
  }
}
