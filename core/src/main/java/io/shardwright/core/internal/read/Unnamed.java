package io.shardwright.core.internal.read;

import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** Names for a plan whose target is never written. */
final class Unnamed implements TargetNames {
  private Unnamed() {}

  static TargetNames files() {
    return new Unnamed();
  }

  @Override
  public String member(RankCoordinate rank) {
    return rank.toString();
  }

  @Override
  public String folder() {
    return "";
  }

  @Override
  public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors) {
    return Map.of("", tensors);
  }
}
