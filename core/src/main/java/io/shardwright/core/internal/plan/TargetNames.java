package io.shardwright.core.internal.plan;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;

/** What a target's files are called. */
public interface TargetNames {
  /** The file of a rank. */
  String member(RankCoordinate rank);

  /** The folder of a distributed checkpoint, with a slash. */
  String folder();

  /** The files of a format that has no ranks, with their tensors. */
  Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors);
}
