package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.bytes.ReadFailure;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.zip.ZipArchive;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The files that a format is shown, opened when it asks for them. */
final class OpenFiles implements StoredFiles, AutoCloseable {
  private static final long DECODED = 4;

  private final Path path;
  private final Guard guard;
  private final boolean folder;
  private final Set<String> names;
  private final Map<String, FileSource> files = new LinkedHashMap<>();
  private final List<ZipArchive.Entry> entries = new ArrayList<>();

  OpenFiles(Place place, Guard guard) {
    this.path = place.path();
    this.guard = guard;
    this.folder = place.isFolder();
    this.names = folder ? place.files() : Set.of(name());
  }

  /** Refuses a folder of more files than a limit allows. */
  void requireFew() {
    guard.require(Limit.ENTRIES, names.size(), name());
  }

  @Override
  public String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public boolean isFolder() {
    return folder;
  }

  @Override
  public Set<String> files() {
    return Collections.unmodifiableSet(names);
  }

  @Override
  public StoredBytes bytes(String file) {
    FileSource source = open(file);
    return new Bytes(source.name(), source.size(), () -> source, OptionalLong.empty(), guard);
  }

  @Override
  public Map<String, StoredBytes> zip(String file) {
    FileSource source = open(file);
    var found = new LinkedHashMap<String, StoredBytes>();
    ZipArchive.open(source, guard)
        .entries()
        .forEach(
            (name, entry) -> {
              entries.add(entry);
              found.put(
                  name,
                  new Bytes(
                      source.name() + "!" + name,
                      entry.size(),
                      entry::bytes,
                      OptionalLong.of(entry.crc()),
                      guard));
            });
    return found;
  }

  @Override
  public String text(String file) {
    FileSource source = open(file);
    guard.require(Limit.STRING_BYTES, source.size(), source.name());
    guard.take(DECODED * source.size(), source.name());
    var bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  @Override
  public Obj json(String file) {
    return JsonDocument.parsePython(open(file), Limit.CONFIG_BYTES, guard);
  }

  @Override
  public Obj config(String file, Consumer<String> notes) {
    return JsonDocument.parseConfig(open(file), guard, notes);
  }

  @Override
  public FolderWeights tensors(String file) {
    return new FolderWeights(this, file);
  }

  @Override
  public OptionalLong tokenizerPieces(String file) {
    return TokenizerSize.of(open(file), guard);
  }

  FileSource open(String file) {
    if (!names.contains(file)) {
      throw new MalformedCheckpointException(
          ErrorCode.SOURCE_MISSING, name(), "holds no file '" + file + "': it is not whole");
    }
    return files.computeIfAbsent(
        file,
        name -> {
          Path where = folder ? path.resolve(name) : path;
          FolderLinks.require(where, guard, name());
          return new FileSource(where, folder ? name() + "/" + name : name);
        });
  }

  Guard guard() {
    return guard;
  }

  /** All files with their sizes. */
  List<Member> members() {
    return names.stream().map(file -> new Member(file, size(file))).toList();
  }

  private long size(String file) {
    try {
      return Files.size(folder ? path.resolve(file) : path);
    } catch (IOException failure) {
      throw ReadFailure.of(name() + "/" + file, "read", failure);
    }
  }

  /** Every file that was asked for. */
  Collection<FileSource> opened() {
    return files.values();
  }

  /** Compares the entries of zips with their checksums. */
  void requireIntact() {
    entries.forEach(ZipArchive.Entry::requireIntact);
  }

  @Override
  public void close() {
    files.values().forEach(FileSource::close);
  }

  /**
   * What a format is shown of bytes.
   *
   * @param source the bytes, which may have to be unpacked first
   * @param crc the CRC-32 that the file states for them
   */
  record Bytes(String name, long size, Supplier<ByteSource> source, OptionalLong crc, Guard guard)
      implements StoredBytes {
    @Override
    public byte[] read(long offset, long length) {
      if (offset < 0 || length < 0 || length > size - offset) {
        throw new MalformedCheckpointException(
            ErrorCode.TENSOR_MALFORMED,
            name,
            "has "
                + size
                + " bytes, expected "
                + length
                + " from byte "
                + offset
                + " on: it is truncated or damaged");
      }
      guard.require(Limit.ARCHIVE_HEADER_BYTES, length, name);
      guard.take(length, name);
      var bytes = ByteBuffer.allocate((int) length);
      source.get().readFully(bytes, offset);
      return bytes.array();
    }
  }
}
