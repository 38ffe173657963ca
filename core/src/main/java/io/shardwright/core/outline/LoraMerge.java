package io.shardwright.core.outline;

import java.util.List;

/**
 * A LoRA that is merged into a model.
 *
 * @param adapter its file's or folder's name
 * @param weights how many of the model's matrices change
 * @param values elements of the adapter's matrices
 * @param merges its products, those of all layers together
 */
public record LoraMerge(String adapter, long weights, long values, List<WeightMerge> merges) {
  /**
   * Its products.
   *
   * @return how many, each of two matrices
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
