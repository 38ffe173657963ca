package io.shardwright.testkit;

import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tensors of a checkpoint as {@code inspect --tensors} lists them.
 *
 * @param files by member, then by name
 */
record Listing(Map<String, Map<String, Shape>> files) {
  private static final Pattern TENSOR =
      Pattern.compile("\\s+[a-z]+[0-9]*\\s+\\[([0-9, ]*)\\]\\s+(\\S+)");
  private static final Pattern RANK =
      Pattern.compile(
          "(?:mp_rank_(\\d+)(?:_(\\d+))??(?:_(\\d+))?|tp_rank_(\\d+)_pp_rank_(\\d+))/.*");

  static Listing parse(String text) {
    Map<String, Map<String, Shape>> files = new LinkedHashMap<>();
    String file = "";
    for (String line : text.lines().toList()) {
      Matcher tensor = TENSOR.matcher(line);
      if (tensor.matches()) {
        files
            .computeIfAbsent(file, member -> new LinkedHashMap<>())
            .put(tensor.group(2), shape(tensor.group(1)));
      } else if (!line.isBlank()) {
        file = line.strip().split("  ")[0];
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          "the listing has no tensor: give what 'shardwright inspect SRC --tensors' prints");
    }
    return new Listing(files);
  }

  private static Shape shape(String dims) {
    return new Shape(
        Stream.of(dims.split(","))
            .map(String::strip)
            .filter(d -> !d.isEmpty())
            .map(Long::valueOf)
            .toList());
  }

  /** Returns the grid that the files are of; as many ranks as there are files cut each expert. */
  Grid grid() {
    int tensor = 1 + Math.max(last(1), last(4));
    Grid whole = Grid.of(tensor, 1 + Math.max(last(2), last(5))).experts(1 + last(3));
    return IntStream.iterate(tensor, ranks -> ranks > 0, ranks -> ranks - 1)
        .filter(ranks -> tensor % ranks == 0)
        .mapToObj(whole::expertTensor)
        .filter(grid -> grid.size() == files.size())
        .findFirst()
        .orElse(whole);
  }

  /** Returns the largest number that a group stands for; 0 if there is none. */
  private int last(int group) {
    return files.keySet().stream()
        .map(RANK::matcher)
        .filter(rank -> rank.matches() && rank.group(group) != null)
        .mapToInt(rank -> Integer.parseInt(rank.group(group)))
        .max()
        .orElse(0);
  }

  /** Returns the tensors of the only file. */
  Map<String, Shape> tensors() {
    return files.values().iterator().next();
  }
}
