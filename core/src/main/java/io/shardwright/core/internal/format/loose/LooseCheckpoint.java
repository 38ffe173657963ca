package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.spi.RankCoordinate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Open files of tensors without a configuration. */
public final class LooseCheckpoint implements ModelSource {
  static final String FOLDER = "folder";

  private final String format;
  private final String name;
  private final Guard guard;
  private final List<FileSource> sources = new ArrayList<>();
  private final List<LooseFile> files = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private LooseCheckpoint(String format, String name, Guard guard) {
    this.format = format;
    this.name = name;
    this.guard = guard;
  }

  /** Opens one file. */
  public static LooseCheckpoint ofFile(Path path, FileKind kind, Guard guard) {
    String format = kind == FileKind.TORCH ? "torch" : "safetensors";
    String name = String.valueOf(path.getFileName());
    var checkpoint = new LooseCheckpoint(format, name, guard);
    checkpoint.openAll(Map.of(name, path), Map.of(name, kind));
    return checkpoint;
  }

  /**
   * Opens files of a folder.
   *
   * @param paths by the names to show
   */
  static LooseCheckpoint ofFiles(
      String format,
      Path folder,
      Map<String, Path> paths,
      Map<String, FileKind> kinds,
      Guard guard) {
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    var checkpoint = new LooseCheckpoint(format, name, guard);
    checkpoint.openAll(paths, kinds);
    return checkpoint;
  }

  private void openAll(Map<String, Path> paths, Map<String, FileKind> kinds) {
    try {
      paths.forEach((member, path) -> open(member, path, kinds.get(member)));
    } catch (RuntimeException refusal) {
      close();
      throw refusal;
    }
  }

  private void open(String member, Path path, FileKind kind) {
    FolderLinks.require(path, guard, name);
    var source = new FileSource(path, name.equals(member) ? name : name + "/" + member);
    sources.add(source);
    files.add(LooseFile.open(member, source, kind, guard));
  }

  /** The files with what they hold. */
  List<LooseFile> files() {
    return files;
  }

  /** Adds a document that goes along. */
  void attach(String name, Path path) {
    FolderLinks.require(path, guard, this.name);
    var source = new FileSource(path, this.name + "/" + name);
    sources.add(source);
    attachments.add(new Attachment(name, source));
  }

  /** Adds a sentence for the user. */
  public LooseCheckpoint note(String note) {
    notes.add(note);
    return this;
  }

  @Override
  public boolean configured() {
    return false;
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SourceFiles sourceFiles() {
    var ranks = new ArrayList<RankFile>();
    for (LooseFile file : files) {
      var tensors = file.tensors();
      var names = List.copyOf(tensors.keySet());
      var rank = new RankCoordinate(ranks.size(), 0);
      ranks.add(
          new RankFile(
              file.name(), rank, names, tensors, Map.of(), Optional.empty(), file.unreadable()));
    }
    return SourceFiles.ofRanks(ranks);
  }

  @Override
  public List<Attachment> attachments() {
    return attachments;
  }

  /** A folder's files; a file alone has none within it. */
  @Override
  public List<Member> contents() {
    return format.equals(FOLDER)
        ? sources.stream().map(file -> new Member(within(file), file.size())).toList()
        : List.of();
  }

  private String within(FileSource file) {
    return file.name().substring(name.length() + 1);
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    var named = new LinkedHashMap<String, TorchFile>();
    files.forEach(file -> file.torch().ifPresent(torch -> named.put(file.name(), torch)));
    return named;
  }

  @Override
  public Collection<FileSource> opened() {
    return sources;
  }

  @Override
  public List<String> notes() {
    var all = new ArrayList<>(notes);
    files.forEach(file -> all.addAll(file.notes()));
    return all.stream().distinct().toList();
  }

  @Override
  public void close() {
    sources.forEach(FileSource::close);
  }
}
