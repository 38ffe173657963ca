package io.shardwright.core.internal.plan;

import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An array of a distributed checkpoint to be written.
 *
 * @param spec its key, element type and whole shape
 * @param chunk the shape of every chunk; no extent is 0, also where there is no chunk
 * @param parts its chunks, those of each tensor of the model together
 */
public record TargetArray(TensorSpec spec, Shape chunk, List<ArrayChunks> parts) {
  /** Takes a chunk. */
  public interface Each {
    /**
     * Takes it.
     *
     * @param number among those of its part
     */
    void take(ArrayChunks part, int number);
  }

  /** How many chunks it has. */
  public int chunks() {
    return parts.stream().mapToInt(ArrayChunks::count).sum();
  }

  /** Hands on each chunk. */
  public void forEach(Each each) {
    for (ArrayChunks part : parts) {
      for (int number = 0; number < part.count(); number++) {
        each.take(part, number);
      }
    }
  }

  /** All chunks. */
  public Stream<TargetTensor> tensors() {
    return parts.stream().flatMap(ArrayChunks::tensors);
  }

  /** Where a chunk begins. */
  public List<Long> offset(List<Long> index) {
    var offset = new ArrayList<Long>(index.size());
    for (int axis = 0; axis < index.size(); axis++) {
      offset.add(index.get(axis) * chunk.dim(axis));
    }
    return offset;
  }
}
