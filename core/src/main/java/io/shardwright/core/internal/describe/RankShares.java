package io.shardwright.core.internal.describe;

import io.shardwright.core.outline.LayerRange;
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
import java.util.stream.IntStream;

/** Counts the tensors, bytes and layers of each rank of a grid. */
public final class RankShares {
  /** A configuration may promise any grid; of larger ones no picture is made. */
  private static final long MOST_RANKS = 1 << 16;

  private static final class Count {
    private long tensors;
    private long bytes;
  }

  private final Grid grid;
  private final int layers;
  private final Map<RankCoordinate, Count> counts = new LinkedHashMap<>();

  /**
   * Nothing yet.
   *
   * @param layers in the whole model; 0 where nobody knows
   */
  public RankShares(Grid grid, int layers) {
    this.grid = grid;
    this.layers = layers;
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
    return new RankShare(rank, layers(rank.pipeline()), count.tensors, count.bytes);
  }

  /** Chunk v of stage s of p is the layers from (v·p + s)·L/(p·V) of L, with V chunks a stage. */
  private List<LayerRange> layers(int stage) {
    int parts = grid.pipeline() * grid.virtual();
    int own = layers / parts;
    if (own == 0) {
      return List.of();
    }
    return IntStream.range(0, grid.virtual())
        .map(chunk -> (chunk * grid.pipeline() + stage) * own)
        .mapToObj(first -> new LayerRange(first, last(first + own - 1, stage)))
        .toList();
  }

  /** What does not come out even is the last stage's. */
  private int last(int even, int stage) {
    return grid.virtual() == 1 && stage == grid.pipeline() - 1 ? layers - 1 : even;
  }

  /** What the ranks of a described checkpoint hold. */
  public static Optional<RankGrid> of(ModelDescription model) {
    var shares = new RankShares(model.grid(), model.layers());
    if (model.files().distributed()) {
      return shares.large() ? Optional.empty() : shares.addAll(model.tensors()).grid();
    }
    return shares.addFiles(model.files().ranks()).grid();
  }

  /** What the ranks of a checkpoint of no known family hold; empty for arrays. */
  public static Optional<RankGrid> of(SourceFiles files, Grid grid) {
    return files.distributed()
        ? Optional.empty()
        : new RankShares(grid, 0).addFiles(files.ranks()).grid();
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
    if (rule.stage() == Stage.EVERY) {
      IntStream.rangeClosed(0, last).forEach(stage -> addStage(stage, bytes));
      return;
    }
    addStage(stage(rule, layer), bytes);
    if (last > 0 && rule.traits().tiedCopy().isPresent()) {
      addStage(last, bytes);
    }
  }

  private int stage(ParameterRule rule, OptionalInt layer) {
    int last = grid.pipeline() - 1;
    if (layer.isEmpty()) {
      return rule.stage() == Stage.LAST ? last : 0;
    }
    int own = Math.max(1, layers / (grid.pipeline() * grid.virtual()));
    int part = layer.getAsInt() / own;
    return grid.virtual() > 1 ? part % grid.pipeline() : Math.min(part, last);
  }
}
