package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Which part of a logical tensor a rank holds. One rule serves split and merge: rank r of w of an
 * axis of length L with stride s holds the blocks that begin at (r + k·w)·L/(w·s), k = 0…s-1
 * (Megatron-LM, {@code megatron/core/tensor_parallel/layers.py}, {@code partition_stride}).
 *
 * @param axis the axis that is cut, or -1 for none
 * @param stride how many parts of the axis are cut separately
 * @param ranks tensor-parallel size
 */
public record ShardCut(int axis, int stride, int ranks) {

  /** The cut a rule states, at a tensor-parallel size. */
  public static ShardCut of(ParameterRule rule, int ranks) {
    return new ShardCut(ranks == 1 ? -1 : rule.partitionDim(), rule.stride(), ranks);
  }

  /** Whether every rank holds everything. */
  public boolean replicated() {
    return axis < 0;
  }

  /** Whether the cut comes out even. */
  public boolean divides(Shape logical) {
    return replicated() || logical.dim(axis) % Math.multiplyExact((long) ranks, stride) == 0;
  }

  /** The shape of one rank's shard of a logical tensor. */
  public Shape shard(Shape logical) {
    return replicated() ? logical : logical.with(axis, logical.dim(axis) / ranks);
  }

  /** The shape of the logical tensor of which one rank holds a shard. */
  public Shape logical(Shape shard) {
    return replicated() ? shard : shard.with(axis, Math.multiplyExact(shard.dim(axis), ranks));
  }

  /**
   * Where the elements of a rank's shard stand in the logical tensor.
   *
   * @param strides of the shard's storage, in elements
   * @param start of the shard within its storage, in elements
   */
  public List<View> views(Shape logical, int rank, long start, List<Long> strides) {
    if (replicated()) {
      return List.of(new View(Region.whole(logical), start, strides));
    }
    long block = logical.dim(axis) / ranks / stride;
    var views = new ArrayList<View>();
    for (long k = 0; k < stride; k++) {
      var offset =
          new ArrayList<>(LongStream.generate(() -> 0).limit(logical.rank()).boxed().toList());
      offset.set(axis, (rank + k * ranks) * block);
      var box = new Region(offset, logical.with(axis, block));
      views.add(new View(box, start + k * block * strides.get(axis), strides));
    }
    return views;
  }
}
