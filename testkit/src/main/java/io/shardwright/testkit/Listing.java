package io.shardwright.testkit;

import io.shardwright.spi.Grid;
import io.shardwright.spi.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
      Pattern.compile("(?:mp_rank_(\\d+)|tp_rank_(\\d+)_pp_rank_(\\d+))/.*");

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

  Grid grid() {
    int tensor = 1;
    int pipeline = 1;
    for (String file : files.keySet()) {
      Matcher rank = RANK.matcher(file);
      if (rank.matches()) {
        String own = rank.group(1) == null ? rank.group(2) : rank.group(1);
        tensor = Math.max(tensor, 1 + Integer.parseInt(own));
        pipeline =
            Math.max(pipeline, rank.group(3) == null ? 1 : 1 + Integer.parseInt(rank.group(3)));
      }
    }
    return Grid.of(tensor, pipeline);
  }

  /** Returns the tensors of the only file. */
  Map<String, Shape> tensors() {
    return files.values().iterator().next();
  }
}
