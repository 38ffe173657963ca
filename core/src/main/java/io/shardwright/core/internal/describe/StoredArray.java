package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/**
 * An array of a distributed checkpoint: all layers of one parameter, in chunks.
 *
 * @param spec its key, element type and whole shape
 * @param chunks that cover it; one at an edge may be larger than what it holds of the array
 */
public record StoredArray(TensorSpec spec, List<Chunk> chunks) {
  /** What all arrays are listed under. */
  public static final String FOLDER = "model_weights/";

  /** A part of the array. */
  public record Chunk(String member, Region region, SourceTensor tensor) {}

  /** Views that cover the array. */
  public List<SourcePart> parts() {
    return chunks.stream()
        .map(
            chunk -> {
              var view = new View(chunk.region(), chunk.tensor().start(), chunk.tensor().strides());
              return new SourcePart(chunk.member(), chunk.tensor(), view);
            })
        .toList();
  }
}
