package io.shardwright.core.outline;

/**
 * The weights of one kind to which LoRA products are added: {@code W + scale * B * A}.
 *
 * @param weight the weights' canonical name, with {@code *} for the layer's number
 * @param weights number of weights
 * @param rows number of rows of each weight that change
 * @param rank number of columns of B and rows of A
 * @param scale the factor by which each product is multiplied
 */
public record WeightMerge(String weight, long weights, long rows, long rank, float scale) {
  @Override
  public String toString() {
    return weights + " x " + weight + ", " + rows + " rows, rank " + rank + ", scale " + scale;
  }
}
