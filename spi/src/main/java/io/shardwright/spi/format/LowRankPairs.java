package io.shardwright.spi.format;

import java.util.Map;

/** A change of a model without the model: products of two factors, by the module they change. */
public interface LowRankPairs {
  /**
   * What changes a module's weight: {@code scale · B · A}.
   *
   * @param a stored as {@code [rank, input features]}
   * @param b stored as {@code [output features, rank]}
   * @param scale by which the product is multiplied
   */
  record Pair(ContainedTensor a, ContainedTensor b, float scale) {}

  /**
   * The products.
   *
   * @return by the name that the module has in a Hugging Face class
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException with every reason why it is
   *     more than products
   */
  Map<String, Pair> pairs();

  /**
   * Refuses factors that contradict their configuration, where nothing is merged.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming key and tensor
   */
  default void requireConsistent() {}
}
