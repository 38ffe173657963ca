package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One rank's shard where an array holds shards one after another.
 *
 * @param shard its shape
 * @param axis along which they follow
 */
record RankBlock(Shape shard, int axis, int rank) {
  /**
   * What a box of the array has of the shard.
   *
   * @param inShard in the shard's indexes
   * @param before indexes along the axis by which it lies behind the box's start
   */
  record Held(int rank, Region inShard, int axis, long before) {
    long skip(List<Long> strides) {
      return before == 0 ? 0 : before * strides.get(axis);
    }
  }

  Optional<Held> intersection(Region box) {
    if (shard.rank() == 0) {
      return Optional.of(new Held(rank, box, 0, 0));
    }
    long first = rank * shard.dim(axis);
    long from = Math.max(first, box.offset().get(axis));
    long to = Math.min(first + shard.dim(axis), box.end(axis));
    if (from >= to && shard.dim(axis) > 0) {
      return Optional.empty();
    }
    var offset = new ArrayList<>(box.offset());
    offset.set(axis, from - first);
    var part = new Region(offset, box.shape().with(axis, to - from));
    return Optional.of(new Held(rank, part, axis, from - box.offset().get(axis)));
  }
}
