package io.shardwright.core.internal.format;

import io.shardwright.core.internal.bytes.FileSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of a folder, each opened once and all closed together. */
public record OpenedFiles(Path folder, Map<String, FileSource> files) implements AutoCloseable {
  /** No file yet. */
  public OpenedFiles(Path folder) {
    this(folder, new LinkedHashMap<>());
  }

  /**
   * A file.
   *
   * @param name its path in the folder
   */
  public FileSource open(String name) {
    return files.computeIfAbsent(name, own -> new FileSource(folder.resolve(own), own));
  }

  @Override
  public void close() {
    files.values().forEach(FileSource::close);
  }
}
