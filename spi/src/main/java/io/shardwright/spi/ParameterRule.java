package io.shardwright.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one kind of parameter is named and cut. Immutable; the modifying methods return a changed
 * copy.
 *
 * <p>Rank <i>r</i> of <i>w</i> of an axis of length <i>L</i> with stride <i>s</i> holds the blocks
 * that begin at {@code (r + k*w) * L / (w*s)}, each {@code L / (w*s)} long, k = 0 … s-1.
 *
 * @param pattern the name without a format's prefix; one {@code *} stands for the layer's number
 * @param cut along which axis tensor parallelism cuts
 * @param stride how many parts of the axis are cut separately: 1 plain, 2 gated MLP, 3 legacy QKV
 * @param stage which pipeline stage holds it
 * @param headsKey the configuration key of the count that must also divide; empty for none
 * @param conditions all must hold for the rule to be in force
 * @param mayBeAbsent whether a checkpoint may lack the parameter although the rule is in force
 * @param vocabPadded whether axis 0 counts vocabulary rows, padded for the tensor-parallel size
 * @param tiedCopy the name under which the last stage holds a copy where it is not the first
 */
public record ParameterRule(
    String pattern,
    Cut cut,
    int stride,
    Stage stage,
    Optional<String> headsKey,
    List<Condition> conditions,
    boolean mayBeAbsent,
    boolean vocabPadded,
    Optional<String> tiedCopy) {

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
   * Copies the conditions and checks the numbers.
   *
   * @param pattern see the record
   * @param cut see the record
   * @param stride see the record
   * @param stage see the record
   * @param headsKey see the record
   * @param conditions see the record
   * @param mayBeAbsent see the record
   * @param vocabPadded see the record
   * @param tiedCopy see the record
   */
  public ParameterRule {
    conditions = List.copyOf(conditions);
    if (stride < 1) {
      throw new IllegalArgumentException("stride " + stride + " of " + pattern);
    }
  }

  /**
   * A parameter whose output features are cut.
   *
   * @param pattern name, {@code *} for the layer
   * @return a rule of stride 1
   */
  public static ParameterRule column(String pattern) {
    return rule(pattern, Cut.COLUMN, 1);
  }

  /**
   * A parameter whose output features are {@code stride} matrices, each cut separately.
   *
   * @param pattern name, {@code *} for the layer
   * @param stride number of matrices
   * @return the rule
   */
  public static ParameterRule column(String pattern, int stride) {
    return rule(pattern, Cut.COLUMN, stride);
  }

  /**
   * A parameter whose input features are cut.
   *
   * @param pattern name, {@code *} for the layer
   * @return the rule
   */
  public static ParameterRule row(String pattern) {
    return rule(pattern, Cut.ROW, 1);
  }

  /**
   * A parameter that is the same on every tensor-parallel rank.
   *
   * @param pattern name, {@code *} for the layer
   * @return the rule
   */
  public static ParameterRule replicated(String pattern) {
    return rule(pattern, Cut.REPLICATED, 1);
  }

  private static ParameterRule rule(String pattern, Cut cut, int stride) {
    return new ParameterRule(
        pattern,
        cut,
        stride,
        Stage.LAYER,
        Optional.empty(),
        List.of(),
        false,
        false,
        Optional.empty());
  }

  /**
   * Places the parameter on the first or last pipeline stage.
   *
   * @param where the stage
   * @return a changed copy
   */
  public ParameterRule on(Stage where) {
    return new ParameterRule(
        pattern, cut, stride, where, headsKey, conditions, mayBeAbsent, vocabPadded, tiedCopy);
  }

  /**
   * Requires the tensor-parallel size to divide a count as well as the axis: a cut may not pass
   * through a head.
   *
   * @param key configuration key; where it is absent, {@code num_attention_heads}
   * @return a changed copy
   */
  public ParameterRule cutBetween(String key) {
    return new ParameterRule(
        pattern,
        cut,
        stride,
        stage,
        Optional.of(key),
        conditions,
        mayBeAbsent,
        vocabPadded,
        tiedCopy);
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
    var all = new ArrayList<>(conditions);
    all.add(condition);
    return new ParameterRule(
        pattern, cut, stride, stage, headsKey, all, mayBeAbsent, vocabPadded, tiedCopy);
  }

  /**
   * Says that axis 0 counts vocabulary rows, padded to a multiple of {@code
   * make_vocab_size_divisible_by} times the tensor-parallel size.
   *
   * @return a changed copy
   */
  public ParameterRule vocabPaddedRows() {
    return new ParameterRule(
        pattern, cut, stride, stage, headsKey, conditions, mayBeAbsent, true, tiedCopy);
  }

  /**
   * Says that the last stage holds a copy, where it is not the first.
   *
   * @param name the copy's name, without a format's prefix
   * @return a changed copy
   */
  public ParameterRule tiedCopy(String name) {
    return new ParameterRule(
        pattern,
        cut,
        stride,
        stage,
        headsKey,
        conditions,
        mayBeAbsent,
        vocabPadded,
        Optional.of(name));
  }

  /**
   * Allows a checkpoint to lack the parameter, where no configuration key tells.
   *
   * @return a changed copy
   */
  public ParameterRule optional() {
    return new ParameterRule(
        pattern, cut, stride, stage, headsKey, conditions, true, vocabPadded, tiedCopy);
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
   * The axis that is cut (Megatron's {@code partition_dim}).
   *
   * @return 0 or 1; -1 for a replicated parameter
   */
  public int partitionDim() {
    return cut.ordinal() - 1;
  }
}
