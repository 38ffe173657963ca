package io.shardwright.spi;

import java.util.List;
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
 */
public final class ParameterRule extends RowWords implements Conditional<ParameterRule> {
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

  private final String pattern;
  private final String canonical;
  private final Cut cut;
  private final Stage stage;
  private final Layers layers;
  private final Arrangement arrangement;
  private final Traits traits;
  private final List<Condition> conditions;

  /** The stack whose stages count, and the layers. */
  private record Layers(String stack, LayerSet some) {
    static final Layers ALL = new Layers("", LayerSet.ALL);
  }

  private ParameterRule(
      String pattern,
      String canonical,
      Cut cut,
      Stage stage,
      Layers layers,
      Arrangement arrangement,
      Traits traits,
      List<Condition> conditions) {
    this.pattern = pattern;
    this.canonical = canonical;
    this.cut = cut;
    this.stage = stage;
    this.layers = layers;
    this.arrangement = arrangement;
    this.traits = traits;
    this.conditions = List.copyOf(conditions);
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
    return column(pattern).with(Arrangement.PLAIN.stride(stride));
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
        pattern, pattern, cut, Stage.LAYER, Layers.ALL, Arrangement.PLAIN, Traits.NONE, List.of());
  }

  /**
   * Sets the canonical tensor that the parameter is, or is a part of; by default the pattern.
   *
   * @param name the Megatron-Core name, which relates namings and formats to each other, with as
   *     many {@code *} as the pattern
   * @return a changed copy
   */
  public ParameterRule of(String name) {
    return new ParameterRule(pattern, name, cut, stage, layers, arrangement, traits, conditions);
  }

  ParameterRule named(String name) {
    return new ParameterRule(name, canonical, cut, stage, layers, arrangement, traits, conditions);
  }

  /**
   * Places the parameter on a pipeline stage; by default it is on the stage of its layer.
   *
   * @param where the stage
   * @return a changed copy
   */
  public ParameterRule on(Stage where) {
    return new ParameterRule(
        pattern, canonical, cut, where, layers, arrangement, traits, conditions);
  }

  /**
   * Restricts the parameter to some layers, of which rows of one name may have some each.
   *
   * @param some by default all
   * @return a changed copy
   */
  public ParameterRule onLayers(LayerSet some) {
    return layers(new Layers(layers.stack(), some));
  }

  /**
   * Counts the stages of {@link #on} within one stack, as for an encoder's last norm.
   *
   * @param stack a {@link LayerStack}'s name; empty, the default, for all stages
   * @return a changed copy
   */
  public ParameterRule in(String stack) {
    return layers(new Layers(stack, layers.some()));
  }

  private ParameterRule layers(Layers changed) {
    return new ParameterRule(
        pattern, canonical, cut, stage, changed, arrangement, traits, conditions);
  }

  @Override
  public ParameterRule with(Arrangement changed) {
    return new ParameterRule(pattern, canonical, cut, stage, layers, changed, traits, conditions);
  }

  @Override
  public ParameterRule with(Traits changed) {
    return new ParameterRule(
        pattern, canonical, cut, stage, layers, arrangement, changed, conditions);
  }

  /**
   * Replaces the conditions.
   *
   * @param changed must all hold
   * @return a changed copy
   */
  public ParameterRule given(List<Condition> changed) {
    return new ParameterRule(pattern, canonical, cut, stage, layers, arrangement, traits, changed);
  }

  @Override
  public ParameterRule and(Condition condition) {
    return given(Stream.concat(conditions.stream(), Stream.of(condition)).toList());
  }

  /**
   * Returns the parameter's name without a format's prefix.
   *
   * @return a pattern; the first {@code *} stands for the layer's number, a second one for the
   *     expert's, {@code 61+*} for a number that counts on from 61, and <code>{num_layers}</code>
   *     for a formula (see {@link Size}) that {@link ParameterTable#inForce} replaces
   */
  public String pattern() {
    return pattern;
  }

  /** {@return the canonical name, with as many stars as the pattern} */
  public String canonical() {
    return canonical;
  }

  /** {@return the axis along which tensor parallelism cuts the parameter} */
  public Cut cut() {
    return cut;
  }

  /** {@return the layers that have the parameter} */
  public LayerSet layers() {
    return layers.some();
  }

  /** {@return the stack within whose stages {@link #stage} counts; empty for the whole model} */
  public String stack() {
    return layers.stack();
  }

  /** {@return the pipeline stage that holds the parameter} */
  public Stage stage() {
    return stage;
  }

  @Override
  public Arrangement arrangement() {
    return arrangement;
  }

  @Override
  public Traits traits() {
    return traits;
  }

  /** {@return conditions, all of which must hold for the rule to be in force; immutable} */
  public List<Condition> conditions() {
    return conditions;
  }

  /** {@return whether layers have such a parameter: the pattern holds a {@code *}} */
  public boolean perLayer() {
    return pattern.contains("*");
  }

  /**
   * Tells whether the rule, being in force, is on a layer.
   *
   * @param config the configuration
   * @param layer the layer's number in its stack, from 0
   * @return true if the layer has the parameter
   */
  public boolean isOn(ModelConfig config, int layer) {
    return layers.some().holds(config, layer)
        && conditions.stream()
            .filter(Condition::perLayer)
            .allMatch(condition -> condition.holds(config.at(layer)));
  }

  /**
   * Tells whether all layers are alike in it, so that they can be stored as one stacked tensor.
   *
   * @return false if it is on some layers only, or a size or condition depends on the layer
   */
  public boolean uniform() {
    return layers.some().kind() == LayerSet.Kind.ALL
        && !layers.some().inverted()
        && !arrangement.perLayer()
        && conditions.stream().noneMatch(Condition::perLayer);
  }

  @Override
  public int partitionDim() {
    return cut == Cut.REPLICATED ? -1 : cut == Cut.COLUMN ? 0 : 1;
  }

  private List<Object> all() {
    return List.of(pattern, canonical, cut, stage, layers, arrangement, traits, conditions);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParameterRule rule && all().equals(rule.all());
  }

  @Override
  public int hashCode() {
    return all().hashCode();
  }

  @Override
  public String toString() {
    return all().toString();
  }
}
