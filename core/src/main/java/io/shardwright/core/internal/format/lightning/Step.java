package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.format.UnfinishedMarker;
import io.shardwright.core.internal.format.loose.ForeignFolder;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.RankCoordinate;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One checkpoint among those of a training.
 *
 * @param name of its files, or of its folder
 * @param ranks a file each; empty for a distributed checkpoint
 * @param folder of a distributed checkpoint, else of all rank folders
 */
record Step(String name, Map<RankCoordinate, Path> ranks, Path folder) implements Comparable<Step> {
  private static final Pattern STEP = Pattern.compile("step=([0-9]{1,18})");

  boolean distributed() {
    return ranks.isEmpty();
  }

  /** What it is where it is a folder of another tool. */
  Optional<ForeignFolder> foreign() {
    return distributed() ? ForeignFolder.of(folder) : Optional.empty();
  }

  /**
   * The grid that its files are of, as a configuration says; experts are shared out only where
   * there are some, and in a distributed checkpoint.
   *
   * @param told by its files where the configuration does not say
   */
  Grid grid(ModelConfig config, boolean told) {
    int tensor =
        size(config, ParallelDimension.TENSOR, told ? last(RankCoordinate::tensor) + 1 : 1);
    int stages = told ? last(RankCoordinate::pipeline) + 1 : 1;
    Grid whole = Grid.of(tensor, size(config, ParallelDimension.PIPELINE, stages));
    return distributed() && config.integer("num_moe_experts").isPresent()
        ? whole
            .experts(size(config, ParallelDimension.EXPERT, 1))
            .expertTensor(size(config, ParallelDimension.EXPERT_TENSOR, tensor))
        : whole;
  }

  private int last(ToIntFunction<RankCoordinate> along) {
    return ranks.keySet().stream().mapToInt(along).max().orElse(0);
  }

  private static int size(ModelConfig config, ParallelDimension dimension, int stated) {
    long size = config.count(dimension.configKey(), 1).orElse(stated);
    return (int) Math.max(1, Math.min(99_999, size));
  }

  /** The step that the name states, or -1. */
  long number() {
    Matcher found = STEP.matcher(name);
    long number = -1;
    while (found.find()) {
      number = Long.parseLong(found.group(1));
    }
    return number;
  }

  /** What NeMo puts beside a step while it saves it. */
  UnfinishedMarker marker() {
    Path beside = distributed() ? folder.toAbsolutePath().normalize().getParent() : folder;
    return new UnfinishedMarker(beside.resolve(name));
  }

  /** Oldest first; of two names for one step the plain one is last, so that it is preferred. */
  @Override
  public int compareTo(Step other) {
    int byNumber = Long.compare(number(), other.number());
    return byNumber != 0
        ? byNumber
        : Integer.compare(other.name.length(), name.length()) != 0
            ? Integer.compare(other.name.length(), name.length())
            : name.compareTo(other.name);
  }
}
