package io.shardwright.core.internal.plan;

import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * An array of a distributed checkpoint to be written.
 *
 * @param spec its key, element type and whole shape
 * @param chunk the shape of every chunk; no extent is 0, also where there is no chunk
 * @param chunks by index
 * @param owners the ranks that write them, by index
 */
public record TargetArray(
    TensorSpec spec,
    Shape chunk,
    Map<List<Long>, TargetTensor> chunks,
    Map<List<Long>, Integer> owners) {
  /** Where a chunk begins. */
  public List<Long> offset(List<Long> index) {
    return IntStream.range(0, index.size())
        .mapToObj(axis -> index.get(axis) * chunk.dim(axis))
        .toList();
  }
}
