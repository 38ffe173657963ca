package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.describe.DistributedKey;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * A parameter of a checkpoint: its stored name, and its shapes and ranks.
 *
 * @param name without a format's prefix, layers numbered in the whole model; the key of an array
 * @param pattern what a row for it would be called
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
    String pattern,
    boolean keyed,
    Shape shape,
    int ranks,
    int expertRanks,
    SortedSet<Integer> stages,
    List<SourceTensor> tensors,
    Shape chunk) {

  /** Whether it is a row's, in some layer. */
  boolean is(ParameterRule rule) {
    return keyed && DistributedKey.of(rule).equals(name) || indexes(rule).isPresent();
  }

  /** Whether it is a row's that its layer has. */
  boolean is(ParameterRule rule, ModelConfig config) {
    var indexes = indexes(rule).orElse(List.of());
    return is(rule) && (indexes.isEmpty() || rule.isOn(config, indexes.get(0)));
  }

  /** The configuration as its layer sees it. */
  ModelConfig settings(ParameterRule rule, ModelConfig config) {
    var indexes = indexes(rule).orElse(List.of());
    return indexes.isEmpty() || rule.uniform() ? config : config.at(indexes.get(0));
  }

  private Optional<List<Integer>> indexes(ParameterRule rule) {
    return RuleMatcher.indexes(keyed ? DistributedKey.inLayer(rule) : rule.pattern(), name);
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

  private Shape without(Shape shape, String pattern) {
    int own = keyed && StageLayers.layer(name).isPresent() ? 1 : 0;
    int stacked = (int) pattern.chars().filter(c -> c == '*').count() - own;
    return new Shape(shape.dims().subList(Math.min(stacked, shape.rank()), shape.rank()));
  }

  /** The same as one of a model with some stacks. */
  StoredName of(StackNames stacks) {
    String own = keyed ? arrayPattern() : stacks.pattern(name);
    return new StoredName(name, own, keyed, shape, ranks, expertRanks, stages, tensors, chunk);
  }

  private String arrayPattern() {
    String layered =
        StageLayers.layer(name).isPresent()
            ? StageLayers.pattern(name)
            : name.replace(".layers.", ".layers.*.");
    return layered.replace(".experts.experts.", ".experts.local_experts.*.");
  }
}
