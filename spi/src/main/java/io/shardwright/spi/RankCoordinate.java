package io.shardwright.spi;

/**
 * The position of a rank in the model-parallel grid. Ranks are ordered by stage, then by
 * tensor-parallel rank.
 *
 * @param tensor tensor-parallel rank, from 0
 * @param pipeline pipeline stage, from 0
 */
public record RankCoordinate(int tensor, int pipeline) implements Comparable<RankCoordinate> {
  // As a record has them; the JVM would link those at run time.
  @Override
  public boolean equals(Object other) {
    return other instanceof RankCoordinate rank && compareTo(rank) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * pipeline + tensor;
  }

  @Override
  public int compareTo(RankCoordinate other) {
    return pipeline != other.pipeline
        ? Integer.compare(pipeline, other.pipeline)
        : Integer.compare(tensor, other.tensor);
  }

  @Override
  public String toString() {
    return "tp " + tensor + " pp " + pipeline;
  }
}
