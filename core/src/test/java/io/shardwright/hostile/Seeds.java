package io.shardwright.hostile;

import io.shardwright.engine.MemoryFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The hostile corpus as bytes, for what begins with it. */
public final class Seeds {
  private Seeds() {}

  /**
   * Every case of at most so many bytes that is read soon.
   *
   * @return the files of each by their paths in its folder; a case of one file has one without a
   *     name
   */
  public static List<Map<String, byte[]>> all(long largest) {
    var all = new ArrayList<Map<String, byte[]>>();
    for (Case c : HostileCorpusTest.all()) {
      var files = c.isHeavy() ? Map.<String, byte[]>of() : written(c);
      long bytes = files.values().stream().mapToLong(file -> file.length).sum();
      if (!files.isEmpty() && bytes <= largest) {
        all.add(files);
      }
    }
    return all;
  }

  private static Map<String, byte[]> written(Case c) {
    try {
      Path folder = MemoryFolders.create("seed");
      try {
        return read(c.content().write(folder));
      } finally {
        delete(folder);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Map<String, byte[]> read(Path path) throws IOException {
    var files = new TreeMap<String, byte[]>();
    try (Stream<Path> walk = Files.walk(path)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(path.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** A torch file around a pickle, with storages by their keys. */
  public static byte[] torch(byte[] pickle, Map<String, byte[]> storages) {
    var zip = Zip.torch(pickle);
    storages.forEach((key, bytes) -> zip.add("model", "data/" + key, bytes));
    return zip.bytes();
  }
}
