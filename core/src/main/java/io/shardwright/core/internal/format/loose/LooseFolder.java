package io.shardwright.core.internal.format.loose;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderEntries;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.format.FileKind;
import io.shardwright.core.internal.format.ShardIndex;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the files of a folder that hold tensors. */
public final class LooseFolder {
  private static final List<String> CONFIGS = List.of("config.json", "model_config.yaml");
  private static final String SAFETENSORS = ".safetensors";
  private static final int SHOWN = 4;
  private static final String INDEX = ".index.json";

  private final Path folder;
  private final Guard guard;
  private final Map<String, Path> files = new TreeMap<>();

  private LooseFolder(Path folder, Guard guard) {
    this.folder = folder;
    this.guard = guard;
  }

  /**
   * Opens a folder.
   *
   * @throws UnrecognizedCheckpointException if it holds no tensors
   * @throws UnsupportedCheckpointException if it is of a kind that is known and not read
   */
  public static LooseCheckpoint open(Path folder, Guard guard) {
    var found = new LooseFolder(folder, guard);
    found.list(folder, "", 0);
    found.refuseOtherKinds();
    return found.open();
  }

  /** Rank folders are one level down. */
  private void list(Path from, String prefix, int depth) {
    for (Path entry : FolderEntries.of(from)) {
      guard.require(Limit.ENTRIES, files.size() + 1L, folder.toString());
      String name = prefix + entry.getFileName();
      if (Files.isRegularFile(entry)) {
        files.put(name, entry);
      } else if (depth == 0 && Files.isDirectory(entry) && name.contains("_rank_")) {
        list(entry, name + "/", 1);
      }
    }
  }

  private void refuseOtherKinds() {
    boolean shards = files.keySet().stream().anyMatch(name -> name.endsWith(".distcp"));
    boolean second =
        Files.isDirectory(folder.resolve("weights"))
            && Files.isDirectory(folder.resolve("context"));
    if (files.containsKey(".metadata") || shards || second) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          String.valueOf(folder.getFileName()),
          second
              ? "is a checkpoint of NeMo 2 whose weights are not in torch_dist, or without"
                  + " model.yaml and io.json: save it again"
              : "is a distributed checkpoint (.distcp) without .metadata and metadata.json");
    }
  }

  private LooseCheckpoint open() {
    Optional<String> index = files.keySet().stream().filter(n -> n.endsWith(INDEX)).findFirst();
    Optional<ShardIndex> shards = index.map(this::read);
    var paths = new LinkedHashMap<String, Path>();
    var kinds = new LinkedHashMap<String, FileKind>();
    var unnamed = new ArrayList<String>();
    files.forEach(
        (name, path) -> {
          FileKind kind = kind(name, path);
          boolean held = kind == FileKind.TORCH || kind == FileKind.SAFETENSORS;
          if (held && shards.filter(stated -> !stated.files().contains(name)).isPresent()) {
            unnamed.add(name);
          } else if (held) {
            paths.put(name, path);
            kinds.put(name, kind);
          }
        });
    if (paths.isEmpty()) {
      throw new UnrecognizedCheckpointException(
          ErrorCode.FORMAT_UNKNOWN,
          String.valueOf(folder.getFileName()),
          "contains no model_config.yaml, no training checkpoint and no tensor file" + deeper());
    }
    var opened = LooseCheckpoint.ofFiles(LooseCheckpoint.FOLDER, folder, paths, kinds, guard);
    if (!unnamed.isEmpty()) {
      opened.note(
          "ignored, because "
              + index.orElseThrow()
              + " does not list them: "
              + String.join(", ", unnamed));
    }
    try {
      shards.ifPresent(
          stated -> opened.files().forEach(file -> stated.requireHeld(file.name(), file.names())));
      shards.ifPresent(stated -> stated.requireAll(paths.keySet()));
      CONFIGS.stream().filter(files::containsKey).forEach(n -> opened.attach(n, files.get(n)));
      return opened;
    } catch (RuntimeException refusal) {
      opened.close();
      throw refusal;
    }
  }

  /** Folders in it that may be what was meant, such as the steps of a training by NeMo 2. */
  private String deeper() {
    var inner =
        FolderEntries.of(folder).stream()
            .filter(entry -> Files.isDirectory(entry) && !FolderEntries.of(entry).isEmpty())
            .map(entry -> "'" + entry.getFileName() + "'")
            .toList();
    return inner.isEmpty()
        ? ""
        : "; it has "
            + String.join(", ", inner.subList(0, Math.min(SHOWN, inner.size())))
            + (inner.size() > SHOWN ? " and " + (inner.size() - SHOWN) + " more folders" : "")
            + ": open the one that contains the checkpoint";
  }

  private ShardIndex read(String index) {
    try (var file = new FileSource(files.get(index), index)) {
      return ShardIndex.of(
          JsonDocument.parsePython(file, Limit.JSON_BYTES, guard),
          folder.getFileName() + "/" + index);
    }
  }

  /** A file that says by its name what it is must be that. */
  private static FileKind kind(String name, Path path) {
    FileKind kind = FileKind.of(path);
    return kind == FileKind.OTHER && name.endsWith(SAFETENSORS) ? FileKind.SAFETENSORS : kind;
  }
}
