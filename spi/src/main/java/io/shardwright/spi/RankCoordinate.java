package io.shardwright.spi;

/**
 * The position of a rank in the model-parallel grid. Ranks are ordered by stage, then by expert-,
 * then by tensor-parallel rank.
 *
 * @param tensor tensor-parallel rank, from 0
 * @param pipeline pipeline stage, from 0
 * @param expert expert-parallel rank, from 0
 */
public record RankCoordinate(int tensor, int pipeline, int expert)
    implements Comparable<RankCoordinate> {
  /**
   * Makes the position of a rank where experts are not divided among ranks.
   *
   * @param tensor tensor-parallel rank, from 0
   * @param pipeline pipeline stage, from 0
   */
  public RankCoordinate(int tensor, int pipeline) {
    this(tensor, pipeline, 0);
  }

  // As a record has them; the JVM would link those at run time.
  @Override
  public boolean equals(Object other) {
    return other instanceof RankCoordinate rank && compareTo(rank) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * pipeline + expert) + tensor;
  }

  @Override
  public int compareTo(RankCoordinate other) {
    if (pipeline != other.pipeline) {
      return Integer.compare(pipeline, other.pipeline);
    }
    return expert != other.expert
        ? Integer.compare(expert, other.expert)
        : Integer.compare(tensor, other.tensor);
  }

  @Override
  public String toString() {
    return "tp " + tensor + " pp " + pipeline + (expert > 0 ? " ep " + expert : "");
  }
}
