package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.SortedSet;

/**
 * A parameter of a checkpoint: its stored name, and its shapes and ranks.
 *
 * @param name without a format's prefix, layers numbered in the whole model; the key of an array
 * @param keyed whether it is an array, whose layers are axes
 * @param shape of one rank's tensor, or of the array
 * @param ranks over which it is spread
 * @param expertRanks over which it is, if it is an expert's
 * @param stages that hold it
 * @param tensors one of each rank; an array's chunks
 * @param chunk the shape of an array's chunks; the shape itself elsewhere
 */
record StoredName(
    String name,
    boolean keyed,
    Shape shape,
    int ranks,
    int expertRanks,
    SortedSet<Integer> stages,
    List<SourceTensor> tensors,
    Shape chunk) {

  boolean is(ParameterRule rule) {
    return keyed
        ? DistributedKey.of(rule).equals(name)
        : RuleMatcher.indexes(rule.pattern(), name).isPresent();
  }

  /** The ranks over which it is spread as a row says. */
  int ranks(ParameterRule rule) {
    return rule.partitionDim() < 0 ? 1 : ExpertBlocks.isExpert(rule) ? expertRanks : ranks;
  }

  /** The shape of what a row says. */
  Shape shapeFor(ParameterRule rule) {
    return keyed
        ? without(shape, rule.canonical())
        : ExpertBlocks.stacked(rule) ? without(shape, "*") : shape;
  }

  /** The shape without the axes that count layers and experts. */
  Shape shapeFor(String pattern) {
    return keyed ? without(shape, pattern) : shape;
  }

  Shape chunkFor(String pattern) {
    return keyed ? without(chunk, pattern) : chunk;
  }

  private static Shape without(Shape shape, String pattern) {
    int stacked = (int) pattern.chars().filter(c -> c == '*').count();
    return new Shape(shape.dims().subList(Math.min(stacked, shape.rank()), shape.rank()));
  }

  /** What a row for it would be called. */
  String pattern() {
    return keyed
        ? name.replace(".layers.", ".layers.*.")
            .replace(".experts.experts.", ".experts.local_experts.*.")
        : StageLayers.pattern(name).replaceFirst("(experts)\\.[0-9]+\\.", "$1.*.");
  }
}
