package io.shardwright.spi;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The model-parallel grid that a checkpoint is cut for: numbers of ranks along each {@link
 * ParallelDimension}, all at least 1.
 *
 * @param tensor tensor-parallel ranks
 * @param pipeline pipeline stages
 * @param virtual chunks of layers that each stage holds; 1 where the pipeline is not interleaved
 * @param expert ranks that share out the experts of a layer
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
   * All ranks.
   *
   * @return them stage by stage
   */
  public List<RankCoordinate> ranks() {
    return IntStream.range(0, pipeline)
        .boxed()
        .flatMap(
            stage -> IntStream.range(0, tensor).mapToObj(rank -> new RankCoordinate(rank, stage)))
        .toList();
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
