package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Collects the errors of a family file, each with its place. */
final class Problems {
  private static final int SHOWN = 20;
  private static final int LONGEST = 600;

  private record Problem(Place place, String text) {}

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(Place place, String text) {
    boolean fits = text.length() <= LONGEST;
    found.add(new Problem(place, fits ? text : text.substring(0, LONGEST) + "…"));
  }

  /**
   * Refuses the file if anything is wrong.
   *
   * @throws MalformedCheckpointException with a line for each problem
   */
  void requireNone() {
    if (found.isEmpty()) {
      return;
    }
    found.sort(
        Comparator.comparing((Problem problem) -> problem.place().line())
            .thenComparing(problem -> problem.place().column()));
    String others =
        found.stream()
            .skip(1)
            .limit(SHOWN)
            .map(problem -> "\n" + file + ":" + problem.place() + ": " + problem.text())
            .collect(Collectors.joining());
    throw new MalformedCheckpointException(
        ErrorCode.FAMILY_FILE_MALFORMED,
        file + ":" + found.get(0).place(),
        found.get(0).text() + others);
  }
}
