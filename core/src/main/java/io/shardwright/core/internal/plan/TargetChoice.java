package io.shardwright.core.internal.plan;

import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.util.Optional;

/**
 * The properties of a target: grid, naming, layout, element type and Hugging Face class.
 *
 * @param huggingFace the class that is written in Hugging Face naming
 * @param dtype what floating-point parameters become; empty keeps each
 */
public record TargetChoice(
    Grid grid,
    Naming naming,
    WeightLayout layout,
    Optional<DType> dtype,
    Optional<HuggingFaceModel> huggingFace) {

  /** The same model in another grid. */
  public static TargetChoice of(Grid grid, Naming naming, WeightLayout layout) {
    return new TargetChoice(grid, naming, layout, Optional.empty(), Optional.empty());
  }

  /** The same in another grid. */
  TargetChoice at(Grid other) {
    return new TargetChoice(other, naming, layout, dtype, huggingFace);
  }
}
