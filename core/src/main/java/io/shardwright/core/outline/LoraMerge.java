package io.shardwright.core.outline;

import java.util.List;

/**
 * A LoRA adapter that is merged into a model.
 *
 * @param adapter the name of the adapter's file or folder
 * @param weights number of the model's weights that change
 * @param values number of elements of the adapter's matrices
 * @param merges the products that are added, with one entry for the same weight of all layers
 */
public record LoraMerge(String adapter, long weights, long values, List<WeightMerge> merges) {
  /**
   * Returns the number of products of two factors that are added to weights.
   *
   * @return the number
   */
  public long products() {
    return merges.stream().mapToLong(WeightMerge::weights).sum();
  }

  @Override
  public String toString() {
    return String.format(
        "%s: %d %s, %d %s, %d values",
        adapter,
        weights,
        weights == 1 ? "weight changes" : "weights change",
        products(),
        products() == 1 ? "product" : "products",
        values);
  }
}
