package io.shardwright.spi;

/**
 * Where a rank stands in the model-parallel grid.
 *
 * @param tensor tensor-parallel rank, from 0
 * @param pipeline pipeline-parallel rank (stage), from 0
 */
public record RankCoordinate(int tensor, int pipeline) implements Comparable<RankCoordinate> {
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
