package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.bytes.FolderEntries;
import io.shardwright.core.internal.format.loose.ForeignFolder;
import io.shardwright.core.internal.format.nemo.NemoMembers;
import io.shardwright.spi.RankCoordinate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the steps of a folder. */
final class Steps {
  private static final String SUFFIX = ".ckpt";

  private final Path folder;

  /** By the kind of their folders, such as {@code mp}, and their name. */
  private final Map<List<String>, Map<RankCoordinate, Path>> files =
      new TreeMap<>(
          Comparator.comparing((List<String> key) -> key.get(1)).thenComparing(k -> k.get(0)));

  private final List<Step> distributed = new ArrayList<>();

  private Steps(Path folder) {
    this.folder = folder;
  }

  /** A file's name without its suffix. */
  static String stem(String name) {
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  /** The name of the files of ranks. */
  static String file(String name) {
    return stem(name) + SUFFIX;
  }

  /** All steps, oldest first; empty where the path holds none. */
  static List<Step> of(Path path) {
    var steps = new Steps(Files.isDirectory(path) ? path : parent(path));
    if (!Files.isDirectory(path)) {
      steps.file(path);
    } else if (isDistributed(path)) {
      return List.of(new Step(path.getFileName().toString(), Map.of(), path));
    } else {
      steps.list();
    }
    return steps.all();
  }

  /** One file may be a rank of several: then its folder is beside the other ranks'. */
  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    return rank(parent).isPresent() ? parent.getParent() : parent;
  }

  private void file(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (rank(absolute.getParent()).isPresent()) {
      list();
      files.keySet().removeIf(key -> !key.equals(key(absolute)));
      distributed.clear();
    } else {
      add(new RankCoordinate(0, 0), absolute);
    }
  }

  private List<Step> all() {
    var all = new ArrayList<>(distributed);
    files.forEach((key, ranks) -> all.add(new Step(key.get(1), ranks, folder)));
    return all.stream().allMatch(step -> step.foreign().isPresent())
        ? List.of()
        : all.stream().sorted().toList();
  }

  private static boolean isDistributed(Path path) {
    return Files.isRegularFile(path.resolve("metadata.json"))
        && Files.isRegularFile(path.resolve("common.pt"));
  }

  /** A step that is not read is told of where others are. */
  private static boolean isForeign(Path entry) {
    return entry.toString().endsWith(SUFFIX)
        && Files.isDirectory(entry)
        && ForeignFolder.of(entry).isPresent();
  }

  private void list() {
    for (Path entry : FolderEntries.of(folder)) {
      Optional<RankCoordinate> rank = rank(entry);
      if (rank.isPresent() && Files.isDirectory(entry)) {
        FolderEntries.of(entry).stream()
            .filter(file -> file.toString().endsWith(SUFFIX))
            .forEach(file -> add(rank.get(), file));
      } else if (isDistributed(entry) || isForeign(entry)) {
        distributed.add(new Step(entry.getFileName().toString(), Map.of(), entry));
      } else if (entry.toString().endsWith(SUFFIX) && Files.isRegularFile(entry)) {
        add(new RankCoordinate(0, 0), entry);
      }
    }
  }

  private void add(RankCoordinate rank, Path file) {
    files.computeIfAbsent(key(file), key -> new TreeMap<>()).put(rank, file);
  }

  private static List<String> key(Path file) {
    return List.of(kind(file.getParent()), file.getFileName().toString());
  }

  /** What the folders of the ranks of one step have in common; nothing for other folders. */
  static String kind(Path folder) {
    return rank(folder).isPresent() ? folder.getFileName().toString().substring(0, 2) : "";
  }

  /** The rank that a folder's name states. */
  static Optional<RankCoordinate> rank(Path folder) {
    if (folder == null || folder.getFileName() == null) {
      return Optional.empty();
    }
    return NemoMembers.rankOf(folder.getFileName().toString());
  }
}
