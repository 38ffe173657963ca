package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The properties of a target: grid, naming, layout, element type and Hugging Face class.
 *
 * @param virtual virtual pipeline size; empty for none
 * @param huggingFace the class that is written in Hugging Face naming
 * @param dtype what floating-point parameters become; empty keeps each
 */
public record TargetChoice(
    ParallelSize size,
    OptionalInt virtual,
    Naming naming,
    WeightLayout layout,
    Optional<DType> dtype,
    Optional<HuggingFaceModel> huggingFace) {

  /** The same model in another grid. */
  public static TargetChoice grid(ParallelSize size, Naming naming, WeightLayout layout) {
    return new TargetChoice(
        size, OptionalInt.empty(), naming, layout, Optional.empty(), Optional.empty());
  }

  /** The same in another grid. */
  TargetChoice at(ParallelSize other) {
    return new TargetChoice(other, virtual, naming, layout, dtype, huggingFace);
  }
}
