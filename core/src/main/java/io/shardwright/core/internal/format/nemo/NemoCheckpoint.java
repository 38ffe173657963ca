package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.torch.StateDict;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.Wrappers;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.StatedGrid;
import io.shardwright.core.internal.format.StoredTensors;
import io.shardwright.core.internal.format.nemo.Members.Member;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** An open NeMo checkpoint. Its weights' headers are read when first asked for. */
public final class NemoCheckpoint implements ModelSource {
  private final String name;
  private final Members members;
  private final Guard guard;
  private final YamlDocument config;
  private final Grid grid;
  private final Map<RankCoordinate, TorchFile> files = new TreeMap<>();
  private final DistributedArrays arrays;
  private final List<String> notes = new ArrayList<>();
  private Optional<SourceFiles> found = Optional.empty();

  private NemoCheckpoint(String name, Members members, YamlDocument config, Guard guard) {
    this.name = name;
    this.members = members;
    this.guard = guard;
    this.config = config;
    this.grid = StatedGrid.of(name, config);
    guard.require(Limit.ENTRIES, grid.size(), name);
    this.arrays = new DistributedArrays(name, members, NemoMembers.DISTRIBUTED, guard);
  }

  /**
   * Opens an archive or a folder.
   *
   * @param spoolFolder where a compressed archive may be unpacked to
   * @throws UnrecognizedCheckpointException if it holds no configuration
   */
  public static NemoCheckpoint open(Path path, Path spoolFolder, Guard guard) {
    Members members =
        Files.isDirectory(path)
            ? new FolderMembers(path, guard)
            : new ArchiveMembers(path, spoolFolder, guard);
    String name = String.valueOf(path.getFileName());
    try {
      var source = members.open(NemoMembers.CONFIG).orElseThrow(() -> withoutConfig(name, members));
      return new NemoCheckpoint(name, members, YamlDocument.parse(source, guard), guard);
    } catch (RuntimeException refusal) {
      members.close();
      throw refusal;
    }
  }

  private static CheckpointException withoutConfig(String name, Members members) {
    if (members.open("storages").isPresent() && members.open("pickle").isPresent()) {
      return new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          name,
          "is a torch file in the tar layout of 2016, which is not supported: save it again with a"
              + " current PyTorch");
    }
    return new UnrecognizedCheckpointException(
        ErrorCode.CONFIG_MISSING,
        name,
        "holds no "
            + NemoMembers.CONFIG
            + ", which every NeMo checkpoint has: check that this is a NeMo checkpoint");
  }

  /** The folder of a rank in a grid; empty where there is but one rank. */
  public static String folder(RankCoordinate rank, Grid grid) {
    return NemoMembers.folder(rank, grid).orElse("");
  }

  @Override
  public String format() {
    return NemoFormat.ID;
  }

  @Override
  public boolean packed() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Grid grid() {
    return grid;
  }

  @Override
  public YamlDocument config() {
    return config;
  }

  /** A member's bytes. */
  Optional<ByteSource> open(String member) {
    return members.open(member);
  }

  @Override
  public Optional<List<Attachment>> members() {
    return Optional.of(
        members.list().stream()
            .map(member -> new Attachment(member.name(), open(member.name()).orElseThrow()))
            .toList());
  }

  @Override
  public List<io.shardwright.core.outline.Member> contents() {
    return members.outline();
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public long fileBytes() {
    return members.fileBytes();
  }

  @Override
  public Collection<FileSource> opened() {
    return members.opened();
  }

  @Override
  public List<Attachment> attachments() {
    return members.list().stream()
        .map(Member::name)
        .filter(member -> !member.equals(NemoMembers.CONFIG))
        .filter(member -> NemoMembers.rank(member).isEmpty())
        .filter(member -> !member.startsWith(NemoMembers.DISTRIBUTED))
        .map(member -> new Attachment(member, members.open(member).orElseThrow()))
        .toList();
  }

  /** Whether the weights are a distributed (zarr) checkpoint. */
  public boolean distributed() {
    return arrays.present();
  }

  /**
   * The rank files' headers, opened once.
   *
   * @throws MalformedCheckpointException if the files don't match the configuration's grid
   */
  public Map<RankCoordinate, TorchFile> weights() {
    if (files.isEmpty()) {
      read(Workers.ALONE);
    }
    return files;
  }

  @Override
  public void readHeaders(Workers workers) {
    if (!distributed() && files.isEmpty()) {
      read(workers);
    }
  }

  private void read(Workers workers) {
    RankMembers.requireWhole(name, grid, members);
    var headers = new RankHeaders(guard);
    for (RankCoordinate rank : grid.ranks()) {
      members.open(NemoMembers.weights(rank, grid)).ifPresent(bytes -> headers.add(rank, bytes));
    }
    files.putAll(headers.read(workers));
  }

  @Override
  public SourceFiles sourceFiles() {
    if (found.isEmpty()) {
      var read = distributed() ? arrays.sourceFiles() : SourceFiles.ofRanks(rankFiles());
      var unwrapped = Wrappers.of(read);
      notes.addAll(unwrapped.notes());
      found = Optional.of(unwrapped.files());
    }
    return found.get();
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    if (distributed()) {
      return arrays.torchFiles();
    }
    var named = new LinkedHashMap<String, TorchFile>();
    weights().forEach((rank, file) -> named.put(NemoMembers.weights(rank, grid), file));
    return named;
  }

  private List<RankFile> rankFiles() {
    var ranks = new ArrayList<RankFile>();
    weights().forEach((rank, file) -> ranks.add(rankFile(rank, file)));
    return ranks;
  }

  private RankFile rankFile(RankCoordinate rank, TorchFile file) {
    StateDict state = file.stateDict();
    return new RankFile(
        NemoMembers.weights(rank, grid),
        rank,
        state.names(),
        StoredTensors.ofStateDict(file),
        state.objects(),
        state.metadata(),
        state.unreadable());
  }

  @Override
  public void requireIntact() {
    RankMembers.requireOneSet(name, members);
    ModelSource.super.requireIntact();
  }

  @Override
  public void requireCarriable() {
    RankMembers.requireOneSet(name, members);
    torchFiles().forEach((member, file) -> Carriage.requireData(name + "!" + member, file));
    sourceFiles()
        .ranks()
        .forEach(
            file -> file.objects().forEach((k, v) -> Carriage.requireSelfContained(name, k, v)));
  }

  @Override
  public OptionalLong tokenizerSize() {
    var files = new HashMap<String, ByteSource>();
    for (String key : TokenizerSize.KEYS) {
      config
          .text(key)
          .filter(link -> link.startsWith("nemo:"))
          .flatMap(link -> members.open(link.substring(5)))
          .ifPresent(file -> files.put(key, file));
    }
    return TokenizerSize.of(config, files, guard);
  }

  @Override
  public List<String> notes() {
    var all = new ArrayList<>(members.notes());
    RankMembers.twoSets(members).ifPresent(both -> all.add(name + " " + both));
    all.addAll(notes);
    all.addAll(RankHeaders.notes(files, grid));
    return all.stream().distinct().toList();
  }

  @Override
  public void close() {
    members.close();
  }
}
