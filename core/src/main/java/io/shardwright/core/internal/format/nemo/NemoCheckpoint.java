package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.nemo.Members.Member;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An open NeMo checkpoint. Its weights' headers are read when first asked for. */
public final class NemoCheckpoint implements AutoCloseable {
  private final String name;
  private final Members members;
  private final YamlDocument config;
  private final ParallelSize size;
  private final Map<RankCoordinate, TorchFile> files = new TreeMap<>();

  private NemoCheckpoint(String name, Members members, YamlDocument config) {
    this.name = name;
    this.members = members;
    this.config = config;
    this.size = new ParallelSize(size("tensor"), size("pipeline"));
  }

  /**
   * Opens an archive or a folder.
   *
   * @param spoolFolder where a compressed archive may be unpacked to
   * @throws UnrecognizedCheckpointException if it holds no configuration
   */
  public static NemoCheckpoint open(Path path, Path spoolFolder) {
    Members members =
        Files.isDirectory(path) ? new FolderMembers(path) : new ArchiveMembers(path, spoolFolder);
    String name = String.valueOf(path.getFileName());
    try {
      var source =
          members
              .open(NemoMembers.CONFIG)
              .orElseThrow(
                  () ->
                      new UnrecognizedCheckpointException(
                          ErrorCode.CONFIG_MISSING,
                          name,
                          "holds no "
                              + NemoMembers.CONFIG
                              + ", expected in every NeMo checkpoint: is it one?"));
      return new NemoCheckpoint(name, members, YamlDocument.parse(source));
    } catch (RuntimeException refusal) {
      members.close();
      throw refusal;
    }
  }

  private int size(String dimension) {
    String key = dimension + "_model_parallel_size";
    long value = config.integer(key).orElse(1);
    if (value < 1 || value > 99_999) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH, name, key + " is " + value + ", expected 1 to 99999");
    }
    return (int) value;
  }

  /** The name of a rank's file in a grid. */
  public static String member(RankCoordinate rank, ParallelSize size) {
    return NemoMembers.weights(rank, size);
  }

  /** The file's name, for messages. */
  public String name() {
    return name;
  }

  /** The grid that the configuration states. */
  public ParallelSize size() {
    return size;
  }

  /** The model's configuration. */
  public ModelConfig config() {
    return config;
  }

  YamlDocument document() {
    return config;
  }

  Members members() {
    return members;
  }

  /** Size on disk. */
  public long fileBytes() {
    return members.fileBytes();
  }

  /** Refuses if a file changed since it was opened. */
  public void requireUnchanged() {
    members.requireUnchanged();
  }

  /** What is neither configuration nor weights. */
  public List<Member> artifacts() {
    return members.list().stream()
        .filter(member -> !member.name().equals(NemoMembers.CONFIG))
        .filter(member -> NemoMembers.rank(member.name()).isEmpty())
        .filter(member -> !member.name().startsWith(NemoMembers.DISTRIBUTED))
        .toList();
  }

  /** Whether the weights are a distributed (zarr) checkpoint. */
  public boolean distributed() {
    return members.list().stream().anyMatch(m -> m.name().startsWith(NemoMembers.DISTRIBUTED));
  }

  /**
   * The rank files' headers, opened once.
   *
   * @throws MalformedCheckpointException if the files don't match the configuration's grid
   */
  public Map<RankCoordinate, TorchFile> weights() {
    if (files.isEmpty()) {
      requireWholeGrid();
      for (RankCoordinate rank : size.ranks()) {
        members
            .open(NemoMembers.weights(rank, size))
            .ifPresent(bytes -> files.put(rank, TorchFile.open(bytes)));
      }
    }
    return files;
  }

  private void requireWholeGrid() {
    var expected = size.ranks().stream().map(rank -> NemoMembers.weights(rank, size)).toList();
    var found =
        members.list().stream()
            .map(Member::name)
            .filter(member -> NemoMembers.rank(member).isPresent())
            .toList();
    if (found.isEmpty() && distributed()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          name,
          "keeps its weights in a model_weights/ folder (a zarr distributed checkpoint),"
              + " expected rank files");
    }
    var missing = new ArrayList<>(expected);
    missing.removeAll(found);
    var extra = new ArrayList<>(found);
    extra.removeAll(expected);
    if (!extra.isEmpty() || found.isEmpty() && expected.size() == 1) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          name,
          "its configuration says "
              + size
              + ", expected "
              + few(expected)
              + ", found "
              + (found.isEmpty() ? "no weights" : few(found))
              + ": correct tensor_model_parallel_size and pipeline_model_parallel_size");
    }
    if (!missing.isEmpty()) {
      throw new MalformedCheckpointException(
          ErrorCode.RANK_MISSING,
          name,
          "lacks "
              + few(missing)
              + " of the "
              + expected.size()
              + " files that "
              + size
              + " needs: copy the missing ranks");
    }
  }

  private static String few(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(4, names.size())))
        + (names.size() > 4 ? " and " + (names.size() - 4) + " more" : "");
  }

  /** The rank files as the engine sees them, stage by stage. */
  public List<RankFile> rankFiles() {
    var ranks = new ArrayList<RankFile>();
    weights().forEach((rank, file) -> ranks.add(rankFile(rank, file)));
    return ranks;
  }

  private RankFile rankFile(RankCoordinate rank, TorchFile file) {
    var tensors = new LinkedHashMap<String, SourceTensor>();
    file.tensors()
        .forEach(
            (key, tensor) ->
                tensors.put(
                    key,
                    new SourceTensor(
                        tensor.spec(),
                        tensor.storage(),
                        tensor.storageOffset(),
                        tensor.strides(),
                        tensor.bigEndian(),
                        file.storageCrc(tensor.storageKey()))));
    return new RankFile(
        NemoMembers.weights(rank, size),
        rank,
        file.names(),
        tensors,
        file.objects(),
        file.metadata());
  }

  /**
   * Refuses files that may not be written again.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming what their pickles hold
   */
  public void requireCarriable() {
    weights().forEach((rank, file) -> Carriage.requireData(name + "!" + member(rank, size), file));
  }

  /** The calls in the pickles that would run code in Python. */
  public List<String> dangerous() {
    return weights().values().stream()
        .flatMap(file -> file.document().called().stream())
        .filter(name -> PickleNames.meaning(name) == PickleNames.Meaning.DANGEROUS)
        .map(Object::toString)
        .distinct()
        .toList();
  }

  /** Compares every entry of the rank files with its checksum. */
  public void requireIntact() {
    weights().values().forEach(TorchFile::requireIntact);
  }

  /** What a user should know about the files. */
  public List<String> notes() {
    var notes = new ArrayList<>(members.notes());
    files.forEach(
        (rank, file) ->
            file.notes().forEach(note -> notes.add(NemoMembers.weights(rank, size) + ": " + note)));
    return notes;
  }

  @Override
  public void close() {
    members.close();
  }
}
