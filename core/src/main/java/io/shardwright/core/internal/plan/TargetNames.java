package io.shardwright.core.internal.plan;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The names of a target's files.
 *
 * @param folder of a distributed checkpoint, with a slash
 */
public record TargetNames(
    Function<RankCoordinate, String> member,
    String folder,
    Function<List<TensorSpec>, Map<String, List<TensorSpec>>> shards) {
  /** For a plan whose target is never written. */
  public static final TargetNames NONE = ofRanks(RankCoordinate::toString, "");

  /**
   * Those of a format that has ranks.
   *
   * @param member the file of each
   * @param folder of a distributed checkpoint, with a slash
   */
  public static TargetNames ofRanks(Function<RankCoordinate, String> member, String folder) {
    return new TargetNames(member, folder, tensors -> Map.of("", tensors));
  }

  /**
   * Those of a format that has none.
   *
   * @param shards shares tensors out over files
   */
  public static TargetNames ofShards(
      Function<List<TensorSpec>, Map<String, List<TensorSpec>>> shards) {
    return new TargetNames(RankCoordinate::toString, "", shards);
  }

  /** The file of a rank. */
  public String member(RankCoordinate rank) {
    return member.apply(rank);
  }

  /** The files of a format that has no ranks, with their tensors. */
  public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors) {
    return shards.apply(tensors);
  }
}
