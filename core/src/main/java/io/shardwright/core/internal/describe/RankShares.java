package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RankShare;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Counts the tensors, bytes and layers of each rank of a grid. */
public final class RankShares {
  /** A configuration may promise any grid; of larger ones no picture is made. */
  private static final long MOST_RANKS = 1 << 16;

  private static final class Count {
    private long tensors;
    private long bytes;
    private long optimizer;

    void add(long number, long all, long own) {
      tensors += number;
      bytes = Math.addExact(bytes, all);
      optimizer = Math.addExact(optimizer, own);
    }
  }

  /**
   * Ranks that hold the same of each parameter.
   *
   * @param block of experts; empty for all
   */
  private record Ranks(int stage, OptionalInt block) {}

  private final Grid grid;
  private final StageLayers stages;
  private final Optional<ExpertBlocks> experts;
  private final List<RankCoordinate> ranks;
  private final Map<RankCoordinate, Count> counts = new HashMap<>();
  private final Map<Ranks, Count> blocks = new HashMap<>();

  /**
   * Nothing yet.
   *
   * @param stages how the layers lie
   * @param experts empty where nobody knows
   */
  public RankShares(Grid grid, StageLayers stages, Optional<ExpertBlocks> experts) {
    this.grid = grid;
    this.stages = stages;
    this.experts = experts;
    this.ranks = large() ? List.of() : grid.ranks();
  }

  /** Adds a tensor to a rank. */
  public void add(RankCoordinate rank, TensorSpec tensor) {
    add(counts, rank, tensor.byteSize(), Companions.isCompanion(tensor.name()));
  }

  private static <T> void add(Map<T, Count> counts, T ranks, long bytes, boolean optimizer) {
    counts.computeIfAbsent(ranks, r -> new Count()).add(1, bytes, optimizer ? bytes : 0);
  }

  private void addStage(int stage, OptionalInt block, long bytes, boolean optimizer) {
    add(blocks, new Ranks(stage, block), bytes, optimizer);
  }

  /** The grid; empty where it is too large to be shown. */
  public Optional<RankGrid> grid() {
    if (large()) {
      return Optional.empty();
    }
    var shares = ranks.stream().map(this::share).toList();
    return Optional.of(new RankGrid(grid, shares));
  }

  private RankShare share(RankCoordinate rank) {
    int stage = rank.pipeline();
    var count = new Count();
    Stream.of(
            counts.get(rank),
            blocks.get(new Ranks(stage, OptionalInt.empty())),
            blocks.get(new Ranks(stage, OptionalInt.of(rank.expert()))))
        .filter(Objects::nonNull)
        .forEach(held -> count.add(held.tensors, held.bytes, held.optimizer));
    var layers = stages.ranges(stage);
    return new RankShare(rank, layers, count.tensors, count.bytes, count.optimizer);
  }

  /** What the ranks of a described checkpoint hold. */
  public static Optional<RankGrid> of(ModelDescription model) {
    var pipeline = Pipeline.of(model.grid(), model.stages().pipeline().split());
    var stages = model.stages(model.table(), model.config(), pipeline);
    var experts = new ExpertBlocks(model.table(), model.config(), model.grid().expert());
    var shares = new RankShares(model.grid(), stages, Optional.of(experts));
    if (model.files().distributed()) {
      return shares.large() ? Optional.empty() : shares.addAll(model.tensors()).grid();
    }
    return shares.addFiles(model.files().ranks()).grid();
  }

  /** What the ranks of a checkpoint of no known family hold; empty for arrays. */
  public static Optional<RankGrid> of(SourceFiles files, Grid grid) {
    return files.distributed()
        ? Optional.empty()
        : new RankShares(grid, StageLayers.none(grid.pipeline()), Optional.empty())
            .addFiles(files.ranks())
            .grid();
  }

  private boolean large() {
    return grid.size() > MOST_RANKS;
  }

  private RankShares addFiles(List<RankFile> files) {
    for (RankFile file : files) {
      file.tensors().values().forEach(tensor -> add(file.rank(), tensor.spec()));
    }
    return this;
  }

  private RankShares addAll(List<LogicalTensor> tensors) {
    for (LogicalTensor tensor : tensors) {
      boolean cut = tensor.rule().partitionDim() >= 0;
      long bytes = tensor.byteSize() / (cut ? grid.over(tensor.rule()) : 1);
      long arrays = tensor.parts().stream().map(p -> p.tensor().spec().name()).distinct().count();
      for (long array = 0; array < arrays; array++) {
        boolean optimizer = Companions.isCompanion(tensor.id());
        add(tensor.rule(), tensor.indexes(), bytes / arrays, optimizer);
      }
    }
    return this;
  }

  /**
   * Adds a parameter's shard to all ranks of the stages that hold it.
   *
   * @param indexes layer and expert
   * @param bytes of one shard
   * @param optimizer whether it is what an optimizer keeps for the parameter
   */
  public void add(ParameterRule rule, List<Integer> indexes, long bytes, boolean optimizer) {
    int last = grid.pipeline() - 1;
    var layer = indexes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(indexes.get(0));
    var all = OptionalInt.empty();
    var block = experts.map(blocks -> blocks.rank(rule, indexes)).orElse(all);
    var own = stages.stages(rule, layer);
    own.forEach(stage -> addStage(stage, block, bytes, optimizer));
    if (!own.contains(last)) {
      rule.traits().tiedCopies().forEach(copy -> addStage(last, all, bytes, optimizer));
    }
  }
}
