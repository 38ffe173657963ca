package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/**
 * A LoRA product, which is added to rows of a weight: {@code W + scale * B * A}.
 *
 * @param weight its canonical name
 * @param rows which rows, in the weight's factors of axis 0
 * @param a the rank, then the weight's factors of axis 1
 * @param b the extents of {@code rows}, then the rank
 * @param scale by which the product is multiplied
 */
public record LowRankProduct(String weight, Region rows, Factor a, Factor b, float scale) {
  /**
   * One of the matrices.
   *
   * @param spec its name as the file spells it, element type, and shape with an axis per factor
   * @param parts views that cover it exactly once
   */
  public record Factor(TensorSpec spec, List<SourcePart> parts) {}

  /** Columns of B and rows of A. */
  public long rank() {
    return a.spec().shape().dim(0);
  }
}
