package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.RankCoordinate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Counts the tensors, bytes and layers of each rank of a grid. */
public final class RankShares {
  /** A configuration may promise any grid; of larger ones no picture is made. */
  private static final long MOST_RANKS = 1 << 16;

  private static final class Count {
    private long tensors;
    private long bytes;
  }

  private final Grid grid;
  private final StageLayers stages;
  private final Map<RankCoordinate, Count> counts = new LinkedHashMap<>();

  /**
   * Nothing yet.
   *
   * @param stages how the layers lie
   */
  public RankShares(Grid grid, StageLayers stages) {
    this.grid = grid;
    this.stages = stages;
  }

  /** Adds a tensor to a rank. */
  public void add(RankCoordinate rank, long bytes) {
    Count count = counts.computeIfAbsent(rank, r -> new Count());
    count.tensors++;
    count.bytes = Math.addExact(count.bytes, bytes);
  }

  private void addStage(int stage, long bytes) {
    for (int rank = 0; rank < grid.tensor(); rank++) {
      add(new RankCoordinate(rank, stage), bytes);
    }
  }

  /** The grid; empty where it is too large to be shown. */
  public Optional<RankGrid> grid() {
    if (large()) {
      return Optional.empty();
    }
    var shares = grid.ranks().stream().map(this::share).toList();
    return Optional.of(new RankGrid(grid, shares));
  }

  private RankShare share(RankCoordinate rank) {
    Count count = counts.getOrDefault(rank, new Count());
    return new RankShare(rank, stages.ranges(rank.pipeline()), count.tensors, count.bytes);
  }

  /** What the ranks of a described checkpoint hold. */
  public static Optional<RankGrid> of(ModelDescription model) {
    var pipeline = Pipeline.of(model.grid(), model.stages().pipeline().split());
    var stages = model.stages(model.table(), model.config(), pipeline);
    var shares = new RankShares(model.grid(), stages);
    if (model.files().distributed()) {
      return shares.large() ? Optional.empty() : shares.addAll(model.tensors()).grid();
    }
    return shares.addFiles(model.files().ranks()).grid();
  }

  /** What the ranks of a checkpoint of no known family hold; empty for arrays. */
  public static Optional<RankGrid> of(SourceFiles files, Grid grid) {
    return files.distributed()
        ? Optional.empty()
        : new RankShares(grid, StageLayers.none(grid.pipeline())).addFiles(files.ranks()).grid();
  }

  private boolean large() {
    return (long) grid.tensor() * grid.pipeline() > MOST_RANKS;
  }

  private RankShares addFiles(List<RankFile> files) {
    for (RankFile file : files) {
      file.tensors().values().forEach(tensor -> add(file.rank(), tensor.spec().byteSize()));
    }
    return this;
  }

  private RankShares addAll(List<LogicalTensor> tensors) {
    for (LogicalTensor tensor : tensors) {
      boolean cut = tensor.rule().partitionDim() >= 0;
      long bytes = tensor.byteSize() / (cut ? grid.tensor() : 1);
      long arrays = tensor.parts().stream().map(p -> p.tensor().spec().name()).distinct().count();
      for (long array = 0; array < arrays; array++) {
        add(tensor.rule(), tensor.layer(), bytes / arrays);
      }
    }
    return this;
  }

  /**
   * Adds a parameter's shard to all ranks of the stages that hold it.
   *
   * @param bytes of one shard
   */
  public void add(ParameterRule rule, OptionalInt layer, long bytes) {
    int last = grid.pipeline() - 1;
    stages.stages(rule, layer).forEach(stage -> addStage(stage, bytes));
    if (last > 0 && rule.stage() != Stage.EVERY && rule.traits().tiedCopy().isPresent()) {
      addStage(last, bytes);
    }
  }
}
