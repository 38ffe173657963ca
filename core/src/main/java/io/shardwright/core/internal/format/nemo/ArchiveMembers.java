package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.tar.Gzip;
import io.shardwright.core.internal.codec.tar.SpooledArchive;
import io.shardwright.core.internal.codec.tar.TarIndex;
import io.shardwright.core.internal.format.UnfinishedMarker;
import io.shardwright.core.internal.guard.Guard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The members of a tar archive, read in place. A compressed archive (recognized by its first bytes,
 * never by its name) is unpacked once to a private file, which closing removes.
 */
final class ArchiveMembers implements Members {
  private final UnfinishedMarker marker;
  private final FileSource file;
  private final Optional<SpooledArchive> spooled;
  private final TarIndex index;

  ArchiveMembers(Path path, Path spoolFolder, Guard guard) {
    marker = new UnfinishedMarker(path);
    file = new FileSource(path, String.valueOf(path.getFileName()));
    Optional<SpooledArchive> unpacked = Optional.empty();
    try {
      if (Gzip.isGzip(file)) {
        unpacked = Optional.of(Gzip.spool(file, spoolFolder, guard));
      }
      index = TarIndex.read(unpacked.<ByteSource>map(archive -> archive).orElse(file), guard);
    } catch (RuntimeException refusal) {
      unpacked.ifPresent(SpooledArchive::close);
      file.close();
      throw refusal;
    }
    spooled = unpacked;
  }

  @Override
  public List<Member> list() {
    return index.members().stream()
        .filter(member -> !member.folder())
        .map(member -> new Member(member.name(), member.size()))
        .toList();
  }

  @Override
  public Optional<ByteSource> open(String name) {
    return index.open(name);
  }

  @Override
  public long fileBytes() {
    return file.size();
  }

  @Override
  public Collection<FileSource> opened() {
    return List.of(file);
  }

  @Override
  public List<String> notes() {
    var notes = new ArrayList<>(marker.notes());
    if (spooled.isPresent()) {
      notes.add("the archive is compressed: it was unpacked once to a temporary file");
    }
    return notes;
  }

  @Override
  public void close() {
    spooled.ifPresent(SpooledArchive::close);
    file.close();
  }
}
