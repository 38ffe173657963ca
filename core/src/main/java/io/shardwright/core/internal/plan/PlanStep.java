package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/** One thing to do. The set is closed, so that a plan can be shown, checked and run elsewhere. */
public sealed interface PlanStep {

  /**
   * Moves a logical tensor's elements unchanged from where they lie to where they belong.
   *
   * @param tensor the logical tensor
   * @param from views that together with {@code zeros} cover it exactly once
   * @param replicas further views of the same elements, which must be equal
   * @param zeros boxes that no source has and that are zero in the target: new vocabulary padding
   * @param leftOut vocabulary padding that the target has no rows for
   * @param to views of the target tensors, each of which they cover exactly once
   */
  record Copy(
      TensorSpec tensor,
      List<From> from,
      List<From> replicas,
      List<Region> zeros,
      List<From> leftOut,
      List<To> to)
      implements PlanStep {}

  /** Elements of a source tensor. */
  record From(String member, SourceTensor tensor, View view) {}

  /** Elements of a target tensor. */
  record To(TargetTensor tensor, View view) {}
}
