package io.shardwright.core.outline;

/**
 * Weights that a LoRA's products are added to: {@code W + scale * B * A}.
 *
 * @param weight their canonical name, with a star for the layer
 * @param weights how many
 * @param rows of each that change
 * @param rank columns of B, rows of A
 * @param scale by which a product is multiplied
 */
public record WeightMerge(String weight, long weights, long rows, long rank, float scale) {
  @Override
  public String toString() {
    return weights + " x " + weight + ", " + rows + " rows, rank " + rank + ", scale " + scale;
  }
}
