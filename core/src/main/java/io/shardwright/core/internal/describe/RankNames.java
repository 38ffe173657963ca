package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Compares the names that the files of a stage's ranks hold. What one lacks is told as the file
 * would spell it, with its layer and expert as the whole model numbers them.
 */
record RankNames(Describer describer, StageLayers stages) {
  private static final int NAMED = 5;

  /**
   * Refuses files that don't hold the same names.
   *
   * @throws MalformedCheckpointException if one lacks what another has
   */
  void requireSame(List<RankFile> group) {
    RankFile first = group.get(0);
    for (RankFile other : group) {
      if (!other.parameters().equals(first.parameters())) {
        requireAll(other, first);
        requireAll(first, other);
      }
    }
  }

  private void requireAll(RankFile file, RankFile of) {
    var missing = new ArrayList<>(of.parameters());
    missing.removeAll(file.parameters());
    if (!missing.isEmpty()) {
      int more = missing.size() - NAMED;
      throw new MalformedCheckpointException(
          ErrorCode.RANKS_DISAGREE,
          where(file),
          missing.stream()
                  .limit(NAMED)
                  .map(name -> spelled(name, file, of))
                  .collect(Collectors.joining(", ", "lacks ", ""))
              + (more > 0 ? " and " + more + " more" : "")
              + ", which "
              + of.member()
              + " has: the file is incomplete, or the files belong to different checkpoints");
    }
  }

  private String spelled(String name, RankFile file, RankFile of) {
    String place =
        describer
            .rules
            .match(describer.withoutPrefix(global(name, file.rank().pipeline())))
            .map(match -> place(match, file.rank().expert()))
            .orElse("");
    return "'" + of.tensors().get(name).spec().name() + "'" + place;
  }

  private String place(Match match, int expertRank) {
    var indexes = describer.experts.global(match.rule(), match.indexes(), expertRank);
    if (indexes.isEmpty()) {
      return "";
    }
    String layer = "layer " + indexes.get(0);
    return indexes.size() == 1
        ? " (" + layer + ")"
        : " (" + layer + ", expert " + indexes.get(1) + ")";
  }

  /** A name with its layer numbered in the whole model. */
  String global(String name, int stage) {
    return describer.files.numbered() ? name : stages.global(name, stage);
  }

  /** A file as messages name it. */
  String where(RankFile file) {
    return file.member().equals(describer.source)
        ? describer.source
        : describer.source + "!" + file.member() + " (" + file.rank() + ")";
  }
}
