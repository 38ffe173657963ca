package io.shardwright.spi;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The model-parallel grid that a checkpoint is cut for: numbers of ranks along each {@link
 * ParallelDimension}, all at least 1.
 *
 * @param tensor tensor-parallel ranks
 * @param pipeline pipeline stages
 * @param virtual chunks of layers that each stage holds; 1 where the pipeline is not interleaved
 * @param expert ranks among which are divided the experts of a layer
 * @param expertTensor tensor-parallel ranks of each expert
 */
public record Grid(int tensor, int pipeline, int virtual, int expert, int expertTensor) {
  /** One rank. */
  public static final Grid ONE = of(1, 1);

  /**
   * Checks the sizes.
   *
   * @param tensor kept as given
   * @param pipeline kept as given
   * @param virtual kept as given
   * @param expert kept as given
   * @param expertTensor kept as given
   * @throws IllegalArgumentException if one is below 1
   */
  public Grid {
    if (IntStream.of(tensor, pipeline, virtual, expert, expertTensor).anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException("a grid has at least one rank along each dimension");
    }
  }

  /**
   * Makes a grid whose pipeline is not interleaved and whose ranks hold all experts, cut like any
   * other tensor.
   *
   * @param tensor tensor-parallel ranks, at least 1
   * @param pipeline pipeline stages, at least 1
   * @return the grid
   */
  public static Grid of(int tensor, int pipeline) {
    return new Grid(tensor, pipeline, 1, 1, tensor);
  }

  /**
   * Interleaves the pipeline.
   *
   * @param chunks of layers that each stage holds, at least 1
   * @return a changed copy
   */
  public Grid virtual(int chunks) {
    return new Grid(tensor, pipeline, chunks, expert, expertTensor);
  }

  /**
   * Shares the experts of a layer out over ranks.
   *
   * @param ranks expert-parallel ranks, at least 1
   * @return a changed copy
   */
  public Grid experts(int ranks) {
    return new Grid(tensor, pipeline, virtual, ranks, expertTensor);
  }

  /**
   * Cuts each expert over another number of ranks than the other tensors.
   *
   * @param ranks tensor-parallel ranks of each expert, at least 1
   * @return a changed copy
   */
  public Grid expertTensor(int ranks) {
    return new Grid(tensor, pipeline, virtual, expert, ranks);
  }

  /**
   * Lists the sizes.
   *
   * @return one for each dimension, in their order
   */
  public Map<ParallelDimension, Integer> sizes() {
    var sizes = new EnumMap<ParallelDimension, Integer>(ParallelDimension.class);
    sizes.put(ParallelDimension.TENSOR, tensor);
    sizes.put(ParallelDimension.PIPELINE, pipeline);
    sizes.put(ParallelDimension.VIRTUAL_PIPELINE, virtual);
    sizes.put(ParallelDimension.EXPERT, expert);
    sizes.put(ParallelDimension.EXPERT_TENSOR, expertTensor);
    return sizes;
  }

  /**
   * Returns the number of ranks of a stage that hold different parts of a model: the least that
   * makes up whole tensor-parallel groups and whole groups of experts.
   *
   * @return the least common multiple of {@code tensor} and {@code expert * expertTensor}
   */
  public long stageRanks() {
    long experts = (long) expert * expertTensor;
    return tensor / gcd(tensor, experts) * experts;
  }

  private static long gcd(long one, long other) {
    return other == 0 ? one : gcd(other, one % other);
  }

  /**
   * Returns the number of ranks of all stages.
   *
   * @return {@link Long#MAX_VALUE} if it is larger
   */
  public long size() {
    return stageRanks() > Long.MAX_VALUE / pipeline ? Long.MAX_VALUE : stageRanks() * pipeline;
  }

  /**
   * Lists the ranks that hold different parts of a model. Rank <i>r</i> of a stage is
   * tensor-parallel rank {@code r mod tensor} and expert-parallel rank {@code (r / expertTensor)
   * mod expert} (Megatron-LM core_v0.9.0, {@code megatron/core/parallel_state.py}, order
   * tp-cp-ep-dp-pp).
   *
   * @return positions, stage by stage
   */
  public List<RankCoordinate> ranks() {
    return IntStream.range(0, pipeline)
        .boxed()
        .flatMap(stage -> LongStream.range(0, stageRanks()).mapToObj(rank -> at(rank, stage)))
        .distinct()
        .toList();
  }

  private RankCoordinate at(long rank, int stage) {
    return new RankCoordinate((int) (rank % tensor), stage, (int) (rank / expertTensor % expert));
  }

  /**
   * Returns the number of ranks over which a parameter is cut.
   *
   * @param row the parameter's row
   * @return {@code expertTensor} for a parameter of an expert, {@code tensor} for any other
   */
  public int over(ParameterRule row) {
    return row.traits().experts().isPresent() ? expertTensor : tensor;
  }

  /**
   * Makes the same grid with other tensor-parallel ranks and stages. Experts are cut like any other
   * tensor if they were.
   *
   * @param ranks tensor-parallel ranks, at least 1
   * @param stages pipeline stages, at least 1
   * @return a changed copy
   */
  public Grid with(int ranks, int stages) {
    return new Grid(ranks, stages, virtual, expert, expertTensor == tensor ? ranks : expertTensor);
  }

  /** As messages spell it, without the sizes that say nothing: {@code TP 2, PP 1, EP 4}. */
  @Override
  public String toString() {
    return "TP "
        + tensor
        + ", PP "
        + pipeline
        + (virtual > 1 ? ", VP " + virtual : "")
        + (expert > 1 ? ", EP " + expert : "")
        + (expertTensor != tensor ? ", ETP " + expertTensor : "");
  }
}
