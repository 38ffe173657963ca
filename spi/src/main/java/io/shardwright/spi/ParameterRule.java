package io.shardwright.spi;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A row of a family's table: the name of one kind of parameter, how it is cut over ranks, and how
 * its elements map to the canonical tensor. Immutable; the modifying methods return a changed copy.
 *
 * <p>Rank <i>r</i> of <i>w</i> of an axis of length <i>L</i> with stride <i>s</i> holds the blocks
 * that begin at {@code (r + k*w) * L / (w*s)}, each {@code L / (w*s)} long, k = 0 … s-1. With
 * stride 1 that is how Megatron-LM initializes its column- and row-parallel layers, with stride 2 a
 * gated MLP (core_v0.5.0, {@code megatron/core/tensor_parallel/layers.py}, {@code
 * megatron/core/transformer/mlp.py}); docs/cuts.md draws it.
 *
 * @param pattern the parameter's name without a format's prefix; the first {@code *} stands for the
 *     layer's number, a second one for the expert's
 * @param canonical the Megatron-Core name of the tensor that the parameter is, or is a part of; it
 *     relates namings and formats to each other, and has as many {@code *} as the pattern
 * @param cut the axis along which tensor parallelism cuts the parameter
 * @param stage the pipeline stage that holds the parameter
 * @param arrangement the mapping between its elements and those of the canonical tensor
 * @param traits further properties
 * @param conditions conditions on the configuration, all of which must hold for the rule to be in
 *     force; an immutable list
 */
public record ParameterRule(
    String pattern,
    String canonical,
    Cut cut,
    Stage stage,
    Arrangement arrangement,
    Traits traits,
    List<Condition> conditions) {

  /** The axis along which tensor parallelism cuts a parameter. */
  public enum Cut {
    /** None: every rank holds the same tensor. */
    REPLICATED,
    /** Axis 0: output features (Megatron's ColumnParallelLinear, {@code partition_dim} 0). */
    COLUMN,
    /** Axis 1: input features (Megatron's RowParallelLinear, {@code partition_dim} 1). */
    ROW
  }

  /** The pipeline stage that holds a parameter. */
  public enum Stage {
    /** The stage of the parameter's layer. */
    LAYER,
    /** The first stage. */
    FIRST,
    /** The last stage. */
    LAST,
    /** Every stage, for buffers that are equal on all of them. */
    EVERY
  }

  /**
   * Makes a rule for a parameter that is cut along its output features, axis 0.
   *
   * @param pattern the name, with {@code *} for the layer's number
   * @return a rule of stride 1
   */
  public static ParameterRule column(String pattern) {
    return rule(pattern, Cut.COLUMN);
  }

  /**
   * Makes a rule for a parameter whose axis 0 is several matrices in one, each of which is cut.
   *
   * @param pattern the name, with {@code *} for the layer's number
   * @param stride the number of matrices, at least 1; 2 for a gated MLP
   * @return the rule
   */
  public static ParameterRule column(String pattern, int stride) {
    ParameterRule rule = rule(pattern, Cut.COLUMN);
    return rule.arranged(rule.arrangement.stride(stride));
  }

  /**
   * Makes a rule for a parameter that is cut along its input features, axis 1.
   *
   * @param pattern the name, with {@code *} for the layer's number
   * @return the rule
   */
  public static ParameterRule row(String pattern) {
    return rule(pattern, Cut.ROW);
  }

  /**
   * Makes a rule for a parameter that is the same on every tensor-parallel rank.
   *
   * @param pattern the name, with {@code *} for the layer's number
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
   * Sets the canonical tensor that the parameter is, or is a part of; by default the pattern.
   *
   * @param name the canonical name, with as many {@code *} as the pattern
   * @return a changed copy
   */
  public ParameterRule of(String name) {
    return new ParameterRule(pattern, name, cut, stage, arrangement, traits, conditions);
  }

  /**
   * Places the parameter on a pipeline stage; by default it is on the stage of its layer.
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
   * Requires the tensor-parallel size to divide a count as well as the axis, so that no cut passes
   * through a head.
   *
   * @param key configuration key of the count; {@code num_attention_heads} counts if it is absent
   * @return a changed copy
   */
  public ParameterRule cutBetween(String key) {
    return arranged(arrangement.cutBetween(key));
  }

  /**
   * Splits a canonical axis into factors.
   *
   * @param axis the axis, from 0
   * @param extents the lengths of the factors, outermost first
   * @return a changed copy
   */
  public ParameterRule factored(int axis, Extent... extents) {
    return arranged(arrangement.factored(axis, List.of(extents)));
  }

  /**
   * Splits the rows of a fused QKV into query groups of queries, a key and a value, each {@link
   * Size#HEAD} rows long, and cuts between groups (Megatron-LM core_v0.5.0, {@code
   * megatron/core/transformer/attention.py}).
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
   * Sets the lengths that the configuration determines: for each axis that of its factor {@link
   * Extent#rest}, which is the whole axis unless it is split. The tensors of a checkpoint must have
   * these lengths.
   *
   * @param formulas lengths of axis 0, 1, … of the canonical tensor, by the grammar of {@link
   *     Size}; {@link Size#REST} for an axis whose length the configuration does not determine
   * @return a changed copy
   * @throws IllegalArgumentException if one breaks the grammar
   */
  public ParameterRule sized(String... formulas) {
    return arranged(arrangement.sized(formulas));
  }

  /**
   * Sets the order in which the stored tensor holds the canonical factors.
   *
   * @param axes for each stored axis its factors, counted over all canonical axes, outermost first
   * @return a changed copy
   */
  public ParameterRule stored(int[]... axes) {
    return arranged(
        arrangement.stored(Stream.of(axes).map(a -> IntStream.of(a).boxed().toList()).toList()));
  }

  /**
   * Restricts the stored tensor to a part of the canonical one.
   *
   * @param factor the number of the factor of which it holds a range, counted from 0 over all axes
   * @param from the first index; a negative one counts from the end
   * @param to the index after the last; 0 and negative ones count from the end
   * @return a changed copy
   */
  public ParameterRule part(int factor, int from, int to) {
    return arranged(arrangement.only(new Arrangement.Range(factor, from, to)));
  }

  /**
   * Puts the rule in force only for some values of a key.
   *
   * @param key dotted path
   * @param values texts in lower case; {@code null} for an absent key
   * @return a changed copy
   */
  public ParameterRule when(String key, String... values) {
    return and(new Condition(key, List.of(values), false));
  }

  /**
   * Puts the rule out of force for some values of a key.
   *
   * @param key dotted path
   * @param values texts in lower case; {@code null} for an absent key
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
   * Declares that axis 0 holds vocabulary rows, padded to a multiple of {@code
   * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
   * nemo/collections/nlp/models/language_modeling/megatron_base_model.py}).
   *
   * @return a changed copy
   */
  public ParameterRule vocabPaddedRows() {
    return with(traits.padded());
  }

  /**
   * Declares that the last stage holds a copy of the parameter if there is more than one stage, as
   * for tied embeddings (Megatron-LM core_v0.5.0, {@code megatron/core/models/gpt/gpt_model.py};
   * NeMo v1.23.0, {@code nemo/collections/nlp/modules/common/megatron/module.py}).
   *
   * @param name the copy's name, without a format's prefix
   * @return a changed copy
   */
  public ParameterRule tiedCopy(String name) {
    return with(traits.tied(name));
  }

  /**
   * Allows a checkpoint to lack the parameter, if no configuration key tells whether it has it.
   *
   * @return a changed copy
   */
  public ParameterRule optional() {
    return with(traits.absent());
  }

  /**
   * Declares the {@code _extra_state} entry of the parameter's module, on the module's last row.
   *
   * @param state the entry's content
   * @return a changed copy
   */
  public ParameterRule extraState(Traits.ExtraState state) {
    return with(traits.with(state));
  }

  /**
   * Replaces the rule's traits.
   *
   * @param changed the new traits
   * @return a changed copy
   */
  public ParameterRule with(Traits changed) {
    return new ParameterRule(pattern, canonical, cut, stage, arrangement, changed, conditions);
  }

  /**
   * Tells whether every layer has such a parameter.
   *
   * @return true if the pattern holds a {@code *}
   */
  public boolean perLayer() {
    return pattern.contains("*");
  }

  /**
   * Returns the canonical axis that is cut (Megatron's {@code partition_dim}).
   *
   * @return 0 or 1; -1 for a replicated parameter
   */
  public int partitionDim() {
    return cut == Cut.REPLICATED ? -1 : cut == Cut.COLUMN ? 0 : 1;
  }
}
