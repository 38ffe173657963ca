package io.shardwright.core.internal.describe;

import java.util.List;

/**
 * The products that a LoRA adapter adds to a model's weights.
 *
 * @param source the adapter's name, for messages
 * @param products in the order of the adapter's files; no two change the same row
 * @param problems why it does not fit the model; empty where it does
 * @param tensors everything that its files hold
 */
public record LowRankChange(
    String source,
    List<LowRankProduct> products,
    List<String> problems,
    List<SourceTensor> tensors) {
  /** Nothing to add. */
  public static final LowRankChange NONE = new LowRankChange("", List.of(), List.of(), List.of());

  /** What is added to a weight. */
  public List<LowRankProduct> of(String weight) {
    return products.stream().filter(product -> product.weight().equals(weight)).toList();
  }
}
