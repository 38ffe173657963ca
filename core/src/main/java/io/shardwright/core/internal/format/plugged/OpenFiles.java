package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.bytes.ReadFailure;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.codec.zip.ZipArchive;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.UnfinishedMarker;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.Quantized;
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
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The files that a format is shown, opened when it asks for them. */
final class OpenFiles implements StoredFiles, AutoCloseable {
  private static final long DECODED = 4;

  private final Place place;
  private final Path path;
  private final String name;
  private final Guard guard;
  private final boolean folder;
  private final Set<String> names;
  private final Map<String, FileSource> files = new LinkedHashMap<>();
  private final Map<String, OpenFiles> folders = new LinkedHashMap<>();
  private final Map<String, TorchFile> torch = new LinkedHashMap<>();
  private final Map<FileSource, String> sums = new LinkedHashMap<>();
  private final List<ZipArchive.Entry> entries = new ArrayList<>();

  OpenFiles(Place place, Guard guard) {
    this(place, String.valueOf(place.path().toAbsolutePath().normalize().getFileName()), guard);
  }

  private OpenFiles(Place place, String name, Guard guard) {
    this.place = place;
    this.path = place.path();
    this.name = name;
    this.guard = guard;
    this.folder = place.isFolder();
    this.names = folder ? place.files() : Set.of(name);
  }

  /** What to say where its saving left a mark beside it. */
  List<String> unfinished() {
    return new UnfinishedMarker(path).notes();
  }

  /** Refuses a folder of more files than a limit allows. */
  void requireFew() {
    guard.require(Limit.ENTRIES, names.size(), name());
  }

  @Override
  public String name() {
    return name;
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
  public Set<String> folders() {
    return folder ? Collections.unmodifiableSet(place.folders()) : Set.of();
  }

  @Override
  public OpenFiles folder(String child) {
    if (!folders().contains(child)) {
      throw missing("folder", child);
    }
    Path where = path.resolve(child);
    FolderLinks.require(where, guard, name);
    return folders.computeIfAbsent(
        child, own -> new OpenFiles(new Place(where), name + "/" + own, guard));
  }

  @Override
  public StoredBytes bytes(String file) {
    FileSource source = open(file);
    return new FileBytes(source.name(), source.size(), () -> source, OptionalLong.empty(), guard);
  }

  @Override
  public void expect(String file, String sha256) {
    sums.put(open(file), sha256.toLowerCase(Locale.ROOT));
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
                  new FileBytes(
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
  public Obj yaml(String file) {
    return YamlTree.of(YamlDocument.parse(open(file), guard), guard);
  }

  @Override
  public JsonValue pickle(String file) {
    TorchFile torch = torch(file);
    return TorchTree.values(torch, guard);
  }

  TorchFile torch(String file) {
    FileSource source = open(file);
    return torch.computeIfAbsent(file, own -> TorchFile.open(source, guard));
  }

  @Override
  public ArrayWeights distributed() {
    return new ArrayWeights(this);
  }

  @Override
  public FolderWeights tensors(String file) {
    return new FolderWeights(this, file);
  }

  @Override
  public SourceTensor dequantized(String tensor, Quantized stored) {
    return new QuantizedTensor(name, tensor, stored).values();
  }

  @Override
  public TreeWeights tensors(String file, List<String> keys) {
    return new TreeWeights(this, file, keys);
  }

  @Override
  public OptionalLong tokenizerPieces(String file) {
    return TokenizerSize.of(open(file), guard);
  }

  FileSource open(String file) {
    if (!names.contains(file)) {
      throw missing("file", file);
    }
    return files.computeIfAbsent(
        file,
        own -> {
          Path where = folder ? path.resolve(own) : path;
          FolderLinks.require(where, guard, name);
          return new FileSource(where, folder ? name + "/" + own : own);
        });
  }

  private MalformedCheckpointException missing(String what, String which) {
    return new MalformedCheckpointException(
        ErrorCode.SOURCE_MISSING, name, "holds no " + what + " '" + which + "': it is incomplete");
  }

  Guard guard() {
    return guard;
  }

  /** All files with their sizes. */
  List<Member> members() {
    return members("").toList();
  }

  private Stream<Member> members(String before) {
    return Stream.concat(
        names.stream().map(file -> new Member(before + file, size(file))),
        folders.entrySet().stream()
            .flatMap(child -> child.getValue().members(before + child.getKey() + "/")));
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
    var all = new ArrayList<>(files.values());
    folders.values().forEach(child -> all.addAll(child.opened()));
    return all;
  }

  /** Compares files and the entries of zips with their checksums. */
  void requireIntact() {
    entries.forEach(ZipArchive.Entry::requireIntact);
    sums.forEach(FileSource::requireSum);
    folders.values().forEach(OpenFiles::requireIntact);
  }

  /** Compares files with the checksums that a document states. */
  void requireStatedSums() {
    sums.forEach(FileSource::requireSum);
    folders.values().forEach(OpenFiles::requireStatedSums);
  }

  @Override
  public void close() {
    files.values().forEach(FileSource::close);
    folders.values().forEach(OpenFiles::close);
  }
}
