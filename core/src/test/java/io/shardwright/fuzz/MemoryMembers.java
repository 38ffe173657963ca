package io.shardwright.fuzz;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.format.nemo.Members;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder in memory. */
record MemoryMembers(Map<String, byte[]> files) implements Members {
  @Override
  public List<Member> list() {
    return files.entrySet().stream()
        .map(file -> new Member(file.getKey(), file.getValue().length))
        .toList();
  }

  @Override
  public Optional<ByteSource> open(String name) {
    return Optional.ofNullable(files.get(name)).map(bytes -> new MemorySource(bytes, name));
  }

  @Override
  public long fileBytes() {
    return files.values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  @Override
  public Collection<FileSource> opened() {
    return List.of();
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
