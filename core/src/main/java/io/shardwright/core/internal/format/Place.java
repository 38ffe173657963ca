package io.shardwright.core.internal.format;

import io.shardwright.core.internal.bytes.FolderEntries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A path that may hold a checkpoint. The facts that determine its format are looked up once. */
public final class Place {
  private final Path path;
  private Optional<FileKind> kind = Optional.empty();
  private Optional<Set<String>> files = Optional.empty();
  private Optional<Set<String>> folders = Optional.empty();
  private Optional<CheckpointFormat> format = Optional.empty();

  /** A file or a folder. */
  public Place(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  /** Whether it is a folder. */
  public boolean isFolder() {
    return Files.isDirectory(path);
  }

  /** Whether it is a file of a kind. */
  public boolean isFile(FileKind wanted) {
    return !isFolder() && kind() == wanted;
  }

  private FileKind kind() {
    if (kind.isEmpty()) {
      kind = Optional.of(FileKind.of(path));
    }
    return kind.get();
  }

  /** Its format, which is looked for once. */
  public CheckpointFormat format(Supplier<CheckpointFormat> search) {
    if (format.isEmpty()) {
      format = Optional.of(search.get());
    }
    return format.get();
  }

  /** The names of a folder's own files. */
  public Set<String> files() {
    if (files.isEmpty()) {
      files = Optional.of(names(path, Files::isRegularFile));
    }
    return files.get();
  }

  /** The names of the folders in a folder. */
  public Set<String> folders() {
    if (folders.isEmpty()) {
      folders = Optional.of(names(path, Files::isDirectory));
    }
    return folders.get();
  }

  private static Set<String> names(Path folder, Predicate<Path> kind) {
    var names = new TreeSet<String>();
    for (Path entry : FolderEntries.of(folder)) {
      if (kind.test(entry)) {
        names.add(entry.getFileName().toString());
      }
    }
    return names;
  }
}
