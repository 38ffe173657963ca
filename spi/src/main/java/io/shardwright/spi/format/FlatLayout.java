package io.shardwright.spi.format;

import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.format.FlatState.Parameter;
import java.util.List;
import java.util.Map;

/**
 * How an optimizer's state is laid out in flat buffers of a distributed checkpoint, as {@link
 * FlatState} reads it. What no parameter has of a buffer is zero.
 */
public interface FlatLayout {
  /**
   * A flat tensor for each kind of state.
   *
   * @param name without the kind; no two ranks that hold different parameters have the same
   * @param elements of each of them
   */
  record Bucket(String name, long elements) {}

  /**
   * Where a parameter lies.
   *
   * @param bucket its number among the rank's
   * @param start its first element
   */
  record Place(int bucket, long start) {}

  /**
   * The buffers of a rank.
   *
   * @param buckets in order
   * @param places of the parameters of all chunks, in order
   */
  record Laid(List<Bucket> buckets, List<Place> places) {}

  /**
   * Settings that decide the order in which parameters are registered.
   *
   * @return as {@link FlatState#orders} has them
   */
  Map<String, String> order();

  /**
   * Lays out a rank's parameters.
   *
   * @param rank one of the grid's
   * @param grid what the model is cut for
   * @param experts whether the parameters are of experts that are divided among ranks
   * @param chunks the parameters in the order of registration, for each chunk of an interleaved
   *     pipeline
   * @return a place for each
   */
  Laid laid(RankCoordinate rank, Grid grid, boolean experts, List<List<Parameter>> chunks);

  /**
   * What a bucket's tensor of a kind of state is called.
   *
   * @param bucket one of those that were laid
   * @param kind such as {@code exp_avg}; {@code fp32_param} for the master weights
   * @return its key
   */
  String key(Bucket bucket, String kind);
}
