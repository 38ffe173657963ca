package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tensor as the model means it, whole.
 *
 * @param spec its name with the format's prefix, element type and whole shape
 * @param rule how the family cuts it
 * @param layer its layer in the whole model; empty where it belongs to none
 * @param shards where its parts lie: the ranks of one stage, then copies that other stages hold
 */
public record LogicalTensor(
    TensorSpec spec, ParameterRule rule, OptionalInt layer, List<Shard> shards) {

  /** One rank's part. */
  public record Shard(RankFile file, SourceTensor tensor) {}

  /**
   * Whether a name is that of a module's private state rather than a parameter. Ranks may differ in
   * it; the first rank's is the one that is kept, as Megatron-Core does ({@code
   * megatron/core/transformer/utils.py}).
   */
  public static boolean isExtraState(String name) {
    return name.endsWith("._extra_state");
  }
}
