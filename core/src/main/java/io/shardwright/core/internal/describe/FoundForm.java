package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The form that shards of one shape have, and what all tensors share that are stored so: there are
 * as many as layers and experts.
 */
final class FoundForm {
  private record Place(int rank, long start, List<Long> strides) {}

  private static final int MOST = 64;

  private final Shape shard;
  private final int ranks;
  private final StoredForm form;
  private final Shape whole;
  private final Map<Place, List<View>> views = new HashMap<>();

  /**
   * A form.
   *
   * @param shard that was found
   * @param ranks over which the whole is cut
   */
  FoundForm(Shape shard, int ranks, StoredForm form) {
    this.shard = shard;
    this.ranks = ranks;
    this.form = form;
    this.whole = form.shard(1);
  }

  boolean isOf(Shape other, int others) {
    return ranks == others && shard.equals(other);
  }

  StoredForm form() {
    return form;
  }

  /** The shape of the whole tensor. */
  Shape whole() {
    return whole;
  }

  /** Where the elements of a rank's shard stand in the canonical tensor. */
  List<View> views(int rank, long start, List<Long> strides) {
    if (views.size() > MOST) {
      views.clear();
    }
    return views.computeIfAbsent(
        new Place(rank, start, strides), place -> form.views(rank, ranks, start, strides));
  }
}
