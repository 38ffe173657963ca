package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.bytes.ReadFailure;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.core.policy.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files of a folder, opened once each. */
final class FolderFiles implements AutoCloseable {
  private final Path folder;
  private final Guard guard;
  private final String name;
  private final Set<String> names;
  private final Map<String, FileSource> opened = new LinkedHashMap<>();

  FolderFiles(Path folder, Guard guard) {
    this.folder = folder;
    this.guard = guard;
    this.name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    this.names = Place.files(folder);
    guard.require(Limit.ENTRIES, names.size(), name);
  }

  Guard guard() {
    return guard;
  }

  String name() {
    return name;
  }

  Set<String> names() {
    return names;
  }

  FileSource open(String file) {
    FolderLinks.require(folder.resolve(file), guard, name);
    return opened.computeIfAbsent(file, f -> new FileSource(folder.resolve(f), name + "/" + f));
  }

  List<Member> members() {
    return names.stream().map(file -> new Member(file, size(file))).toList();
  }

  private long size(String file) {
    try {
      return Files.size(folder.resolve(file));
    } catch (IOException failure) {
      throw ReadFailure.of(name + "/" + file, "read", failure);
    }
  }

  long bytes() {
    return opened.values().stream().mapToLong(FileSource::size).sum();
  }

  Collection<FileSource> opened() {
    return opened.values();
  }

  @Override
  public void close() {
    opened.values().forEach(FileSource::close);
  }
}
