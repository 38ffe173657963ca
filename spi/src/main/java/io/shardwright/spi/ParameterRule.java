package io.shardwright.spi;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How one kind of parameter is named and cut. Immutable; the modifying methods return a changed
 * copy.
 *
 * <p>Rank <i>r</i> of <i>w</i> of an axis of length <i>L</i> with stride <i>s</i> holds the blocks
 * that begin at {@code (r + k*w) * L / (w*s)}, each {@code L / (w*s)} long, k = 0 … s-1. With
 * stride 1 that is how Megatron-LM initializes its column- and row-parallel layers, with stride 2 a
 * gated MLP (core_v0.5.0, {@code megatron/core/tensor_parallel/layers.py}, {@code
 * megatron/core/transformer/mlp.py}); docs/cuts.md draws it.
 *
 * @param pattern the name without a format's prefix; the first {@code *} stands for the layer's
 *     number, a second one for the expert's
 * @param canonical the Megatron-Core name of what it is, or is a part of: the pivot between namings
 *     and formats; as many {@code *} as the pattern
 * @param cut along which axis tensor parallelism cuts
 * @param stage which pipeline stage holds it
 * @param arrangement how its elements stand in the canonical tensor
 * @param traits what else is known of it
 * @param conditions all must hold for the rule to be in force; an immutable list
 */
public record ParameterRule(
    String pattern,
    String canonical,
    Cut cut,
    Stage stage,
    Arrangement arrangement,
    Traits traits,
    List<Condition> conditions) {

  /** Along which axis tensor parallelism cuts. */
  public enum Cut {
    /** The same on every rank. */
    REPLICATED,
    /** Axis 0: output features (Megatron's ColumnParallelLinear, {@code partition_dim} 0). */
    COLUMN,
    /** Axis 1: input features (Megatron's RowParallelLinear, {@code partition_dim} 1). */
    ROW
  }

  /** Which pipeline stage holds a parameter. */
  public enum Stage {
    /** The stage of its layer. */
    LAYER,
    /** The first. */
    FIRST,
    /** The last. */
    LAST,
    /** All: a buffer that every stage holds alike. */
    EVERY
  }

  /**
   * A parameter whose output features are cut.
   *
   * @param pattern name, {@code *} for the layer
   * @return a rule of stride 1
   */
  public static ParameterRule column(String pattern) {
    return rule(pattern, Cut.COLUMN);
  }

  /**
   * A parameter whose output features are {@code stride} matrices, each cut separately.
   *
   * @param pattern name, {@code *} for the layer
   * @param stride number of matrices
   * @return the rule
   */
  public static ParameterRule column(String pattern, int stride) {
    ParameterRule rule = rule(pattern, Cut.COLUMN);
    return rule.arranged(rule.arrangement.stride(stride));
  }

  /**
   * A parameter whose input features are cut.
   *
   * @param pattern name, {@code *} for the layer
   * @return the rule
   */
  public static ParameterRule row(String pattern) {
    return rule(pattern, Cut.ROW);
  }

  /**
   * A parameter that is the same on every tensor-parallel rank.
   *
   * @param pattern name, {@code *} for the layer
   * @return the rule
   */
  public static ParameterRule replicated(String pattern) {
    return rule(pattern, Cut.REPLICATED);
  }

  private static ParameterRule rule(String pattern, Cut cut) {
    return new ParameterRule(
        pattern, pattern, cut, Stage.LAYER, Arrangement.PLAIN, Traits.NONE, List.of());
  }

  /**
   * Says what the parameter is, or is a part of.
   *
   * @param name its canonical name
   * @return a changed copy
   */
  public ParameterRule of(String name) {
    return new ParameterRule(pattern, name, cut, stage, arrangement, traits, conditions);
  }

  /**
   * Places the parameter on the first or last pipeline stage.
   *
   * @param where the stage
   * @return a changed copy
   */
  public ParameterRule on(Stage where) {
    return new ParameterRule(pattern, canonical, cut, where, arrangement, traits, conditions);
  }

  ParameterRule arranged(Arrangement changed) {
    return new ParameterRule(pattern, canonical, cut, stage, changed, traits, conditions);
  }

  /**
   * Requires the tensor-parallel size to divide a count as well as the axis: a cut may not pass
   * through a head.
   *
   * @param key configuration key; where it is absent, {@code num_attention_heads}
   * @return a changed copy
   */
  public ParameterRule cutBetween(String key) {
    return arranged(arrangement.cutBetween(key));
  }

  /**
   * Splits a canonical axis into factors.
   *
   * @param axis which
   * @param extents outermost first
   * @return a changed copy
   */
  public ParameterRule factored(int axis, Extent... extents) {
    return arranged(arrangement.factored(axis, List.of(extents)));
  }

  /**
   * Splits the rows of a fused QKV into groups, each of its queries, a key and a value (Megatron-LM
   * core_v0.5.0, {@code megatron/core/transformer/attention.py}), and cuts between groups. Each of
   * those is as long as a head.
   *
   * @return a changed copy
   */
  public ParameterRule groupedQkv() {
    Extent groups = Extent.count("num_query_groups");
    return cutBetween(groups.key())
        .factored(0, groups, Extent.slots(), Extent.rest())
        .sized(Size.HEAD);
  }

  /**
   * Says how long the axes are by the configuration: each axis's factor {@link Extent#rest}, which
   * is all of an axis that is not split. The tensors of a checkpoint must have these sizes.
   *
   * @param formulas for axis 0, 1, … of the canonical tensor, by the grammar of {@link Size};
   *     {@link Size#REST} for an axis of which the configuration does not tell
   * @return a changed copy
   * @throws IllegalArgumentException if one is no formula
   */
  public ParameterRule sized(String... formulas) {
    return arranged(arrangement.sized(formulas));
  }

  /**
   * Says in which order the stored tensor has the canonical factors.
   *
   * @param axes for each stored axis its factors, outermost first
   * @return a changed copy
   */
  public ParameterRule stored(int[]... axes) {
    return arranged(
        arrangement.stored(Stream.of(axes).map(a -> IntStream.of(a).boxed().toList()).toList()));
  }

  /**
   * Says that the stored tensor is a part of the canonical one.
   *
   * @param factor counted over the factors of all axes
   * @param from first index; negative counts from the end
   * @param to index after the last; 0 and negative count from the end
   * @return a changed copy
   */
  public ParameterRule part(int factor, int from, int to) {
    return arranged(arrangement.only(new Arrangement.Range(factor, from, to)));
  }

  /**
   * Puts the rule in force only for some values of a key.
   *
   * @param key dotted path
   * @param values texts, lower case; {@code null} for an absent key
   * @return a changed copy
   */
  public ParameterRule when(String key, String... values) {
    return and(new Condition(key, List.of(values), false));
  }

  /**
   * Puts the rule out of force for some values of a key.
   *
   * @param key dotted path
   * @param values texts, lower case; {@code null} for an absent key
   * @return a changed copy
   */
  public ParameterRule unless(String key, String... values) {
    return and(new Condition(key, List.of(values), true));
  }

  private ParameterRule and(Condition condition) {
    var all = Stream.concat(conditions.stream(), Stream.of(condition)).toList();
    return new ParameterRule(pattern, canonical, cut, stage, arrangement, traits, all);
  }

  /**
   * Says that axis 0 counts vocabulary rows, padded to a multiple of {@code
   * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
   * nemo/collections/nlp/models/language_modeling/megatron_base_model.py}).
   *
   * @return a changed copy
   */
  public ParameterRule vocabPaddedRows() {
    return with(traits.padded());
  }

  /**
   * Says that the last stage holds a copy, where it is not the first: tied embeddings (Megatron-LM
   * core_v0.5.0, {@code megatron/core/models/gpt/gpt_model.py}; NeMo v1.23.0, {@code
   * nemo/collections/nlp/modules/common/megatron/module.py}).
   *
   * @param name the copy's name, without a format's prefix
   * @return a changed copy
   */
  public ParameterRule tiedCopy(String name) {
    return with(traits.tied(name));
  }

  /**
   * Allows a checkpoint to lack the parameter, where no configuration key tells.
   *
   * @return a changed copy
   */
  public ParameterRule optional() {
    return with(traits.absent());
  }

  /**
   * Says what the parameter's module keeps besides parameters. Stands on the last row of a module.
   *
   * @param state what its entry holds
   * @return a changed copy
   */
  public ParameterRule extraState(Traits.ExtraState state) {
    return with(traits.with(state));
  }

  /**
   * Says what else is known, where no method above does.
   *
   * @param changed instead of the traits it has
   * @return a changed copy
   */
  public ParameterRule with(Traits changed) {
    return new ParameterRule(pattern, canonical, cut, stage, arrangement, changed, conditions);
  }

  /**
   * Whether there is one such parameter per layer.
   *
   * @return true where the pattern holds a {@code *}
   */
  public boolean perLayer() {
    return pattern.contains("*");
  }

  /**
   * The canonical axis that is cut (Megatron's {@code partition_dim}).
   *
   * @return 0 or 1; -1 for a replicated parameter
   */
  public int partitionDim() {
    return cut.ordinal() - 1;
  }
}
