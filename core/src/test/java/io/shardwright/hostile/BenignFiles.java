package io.shardwright.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Honest files that the real tools wrote and that look odd to strict readers. */
final class BenignFiles {
  private static final Path FOLDER = Path.of("../core/src/test/resources/benign");

  private BenignFiles() {}

  static List<Case> all() {
    Map<String, Map<String, String>> sums = new LinkedHashMap<>();
    for (String line : table()) {
      String[] cells = line.split("\t");
      String what = cells[4] + " " + cells[2] + " " + cells[3];
      sums.computeIfAbsent(cells[0], file -> new TreeMap<>()).put(what, cells[1]);
    }
    return sums.entrySet().stream()
        .map(file -> new Case(file.getKey(), copy(file.getKey()), Set.of(), file.getValue()))
        .toList();
  }

  private static List<String> table() {
    try {
      return Files.readAllLines(FOLDER.resolve("expected.tsv"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Case.Content copy(String name) {
    return folder -> Files.copy(FOLDER.resolve(name), folder.resolve(name));
  }
}
