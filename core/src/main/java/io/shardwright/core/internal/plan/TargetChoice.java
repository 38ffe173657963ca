package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.FlatLayout;
import io.shardwright.spi.tensor.DType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The properties of a target: grid, naming, layout, element type and Hugging Face class.
 *
 * @param split how the pipeline stages share the layers
 * @param huggingFace the class that is written in Hugging Face naming
 * @param prefix what stands before names in files that are not NeMo's: those of ranks, and
 *     distributed checkpoints of PyTorch, whose chunks are items of files; empty for NeMo's
 * @param dtype what floating-point parameters become; empty keeps each
 * @param splitRank the stage where a second stack is to begin; empty for any
 * @param interleaves whether a rank's file can have a part for each chunk of its stage
 * @param flat how an optimizer's state lies in flat buffers; empty where it doesn't
 */
public record TargetChoice(
    Grid grid,
    PipelineSplit split,
    Naming naming,
    WeightLayout layout,
    Optional<DType> dtype,
    Optional<HuggingFaceModel> huggingFace,
    Optional<String> prefix,
    OptionalInt splitRank,
    boolean interleaves,
    Optional<FlatLayout> flat) {

  /** Whose second stack begins where it fits best. */
  public TargetChoice(
      Grid grid,
      PipelineSplit split,
      Naming naming,
      WeightLayout layout,
      Optional<DType> dtype,
      Optional<HuggingFaceModel> huggingFace,
      Optional<String> prefix) {
    this(
        grid,
        split,
        naming,
        layout,
        dtype,
        huggingFace,
        prefix,
        OptionalInt.empty(),
        false,
        Optional.empty());
  }

  /** The same model in another grid, its layers spread evenly. */
  public static TargetChoice of(Grid grid, Naming naming, WeightLayout layout) {
    return new TargetChoice(
        grid,
        PipelineSplit.EVEN,
        naming,
        layout,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same with stages that share layers in another way. */
  public TargetChoice split(PipelineSplit other) {
    return new TargetChoice(
        grid, other, naming, layout, dtype, huggingFace, prefix, splitRank, interleaves, flat);
  }

  /** The same with a stage where a second stack is to begin. */
  public TargetChoice splitRank(OptionalInt rank) {
    return new TargetChoice(
        grid, split, naming, layout, dtype, huggingFace, prefix, rank, interleaves, flat);
  }

  /** The same in another layout. */
  TargetChoice in(WeightLayout other) {
    return new TargetChoice(
        grid, split, naming, other, dtype, huggingFace, prefix, splitRank, interleaves, flat);
  }

  /** The pipeline that is wanted. */
  Pipeline pipeline() {
    return Pipeline.of(grid, split);
  }

  /** The same in another grid. */
  TargetChoice at(Grid other) {
    return new TargetChoice(
        other, split, naming, layout, dtype, huggingFace, prefix, splitRank, interleaves, flat);
  }

  /** Whether a rank's file has a part for each chunk of its stage. */
  boolean interleaved() {
    return grid.virtual() > 1 && layout == WeightLayout.RANKS;
  }

  /** Whether chunks are items of PyTorch's distributed checkpoints. */
  boolean items() {
    return prefix.isPresent() && layout == WeightLayout.DISTRIBUTED;
  }
}
