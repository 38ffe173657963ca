package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Chooses the configuration of a step: every rank's file holds one, and the user may give another.
 */
record RankSettings(String source, YamlDocument used, Guard guard) {
  private static final int NAMED = 5;

  /**
   * Refuses files whose configurations make other models; what else differs is noted.
   *
   * @throws MalformedCheckpointException naming a rank and its keys
   */
  void requireAlike(Map<RankCoordinate, TrainingFile> files, List<String> notes) {
    files.forEach(
        (rank, file) -> {
          var keys = different(file);
          var ofTheModel = keys.stream().filter(key -> !key.contains(".")).toList();
          if (!ofTheModel.isEmpty()) {
            throw new MalformedCheckpointException(
                ErrorCode.SOURCES_DISAGREE,
                source + "/" + file.member() + " (" + rank + ")",
                "its configuration differs from the first rank's in "
                    + few(ofTheModel)
                    + ", expected one configuration: give it with "
                    + Setting.HPARAMS_FILE.inText());
          }
          if (!keys.isEmpty()) {
            notes.add(file.member() + " has a configuration of its own in " + few(keys));
          }
        });
  }

  /** Says in which keys a given configuration differs from the file's own. */
  void compare(TrainingFile first, List<String> notes) {
    var keys = different(first);
    if (!keys.isEmpty()) {
      notes.add("the given configuration is used; the stored one differs in " + few(keys));
    }
  }

  /**
   * Keys that both have; ranks may know their number. A configuration that can't be read has none.
   */
  private TreeSet<String> different(TrainingFile file) {
    var keys = new TreeSet<String>();
    var here = used.leaves();
    own(file)
        .forEach(
            (key, value) -> {
              String counts = here.get(key);
              if (counts != null && !counts.equals(value) && !key.contains("rank")) {
                keys.add(key);
              }
            });
    return keys;
  }

  private Map<String, String> own(TrainingFile file) {
    try {
      return HyperParameters.find(file)
          .flatMap(value -> new HyperParameters(source, guard.anew()).resolve(value))
          .map(resolved -> resolved.document().leaves())
          .orElse(Map.of());
    } catch (CheckpointException unread) {
      return Map.of();
    }
  }

  private static String few(Collection<String> keys) {
    return keys.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (keys.size() > NAMED ? " and " + (keys.size() - NAMED) + " more" : "");
  }
}
