package io.shardwright.remote;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder in which Python's {@code huggingface_hub} keeps what it has fetched: {@code
 * models--org--name/refs/REVISION} holds a commit, {@code snapshots/COMMIT/} the files. It is read
 * and never written to.
 *
 * @param folder of all repositories; empty where nothing says where it is
 */
record HubCache(Optional<Path> folder) {
  static HubCache of(Settings settings) {
    return new HubCache(
        settings
            .text("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
            .map(Path::of)
            .or(() -> home(settings).map(home -> home.resolve("hub"))));
  }

  /** Where the hub's programs keep all of theirs. */
  static Optional<Path> home(Settings settings) {
    return settings
        .text("HF_HOME")
        .map(Path::of)
        .or(() -> settings.text("XDG_CACHE_HOME").map(cache -> Path.of(cache, "huggingface")))
        .or(() -> settings.home().map(home -> home.resolve(".cache").resolve("huggingface")));
  }

  private Optional<Path> repository(String id) {
    return folder.map(all -> all.resolve("models--" + id.replace("/", "--")));
  }

  /** The commit that a revision was when it was last fetched, if its files are there. */
  Optional<String> commit(HubAddress address) {
    try {
      Path all = repository(address.id()).orElse(null);
      if (all == null) {
        return Optional.empty();
      }
      Path ref = all.resolve("refs").resolve(address.revision()).normalize();
      String commit =
          ref.startsWith(all) && Files.isRegularFile(ref)
              ? Files.readString(ref).strip()
              : address.revision();
      return Optional.of(commit)
          .filter(text -> text.matches("[0-9a-f]{7,64}"))
          .filter(text -> Files.isDirectory(all.resolve("snapshots").resolve(text)));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** A file of a commit, where it is there with a size. */
  Optional<Path> file(String id, String commit, String path, long size) {
    return repository(id)
        .map(all -> all.resolve("snapshots").resolve(commit))
        .map(snapshot -> inside(snapshot, path))
        .filter(file -> sizeOf(file) == size);
  }

  private static Path inside(Path snapshot, String path) {
    Path file = snapshot.resolve(path).normalize();
    return file.startsWith(snapshot) ? file : snapshot;
  }

  private static long sizeOf(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : -1;
    } catch (IOException unreadable) {
      return -1;
    }
  }

  /** All that is there of a commit. */
  Optional<HubRepository> snapshot(HubAddress address) {
    return commit(address).flatMap(commit -> snapshot(address.id(), commit));
  }

  private Optional<HubRepository> snapshot(String id, String commit) {
    Path snapshot = repository(id).orElseThrow().resolve("snapshots").resolve(commit);
    var files = new TreeMap<String, HubFile>();
    try (Stream<Path> all = Files.walk(snapshot, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String blob = file.toRealPath().getFileName().toString();
        files.put(
            snapshot.relativize(file).toString().replace('\\', '/'),
            new HubFile(Files.size(file), blob, Optional.empty(), Optional.of(file)));
      }
      return Optional.of(new HubRepository(commit, files));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }
}
