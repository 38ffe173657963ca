package io.shardwright.spi;

import java.util.Optional;

/**
 * Properties of a parameter beyond its name, cut and arrangement.
 *
 * @param mayBeAbsent whether a checkpoint may lack the parameter although its rule is in force
 * @param vocabPadded whether axis 0 holds vocabulary rows, padded for the tensor-parallel size
 * @param tiedCopy the name under which the last stage holds a copy if it is not the first; empty
 *     for parameters without a copy
 * @param extraState the content of the {@code _extra_state} entry of the parameter's module
 * @param rotary whether it is the buffer of a rotary embedding's inverse frequencies, which the
 *     configuration determines
 * @param rankOrdered whether a distributed checkpoint holds it as the shards of the ranks that
 *     wrote it, one after another, rather than as one tensor: a gated MLP's bias (Megatron-LM
 *     core_v0.5.0, {@code megatron/core/transformer/mlp.py})
 * @param shift the number to add to a stored value to get the canonical one: 1 if a file keeps a
 *     norm's weight as its difference from 1, otherwise 0
 */
public record Traits(
    boolean mayBeAbsent,
    boolean vocabPadded,
    Optional<String> tiedCopy,
    ExtraState extraState,
    boolean rotary,
    boolean rankOrdered,
    double shift) {

  /** The default: none of these properties. */
  public static final Traits NONE =
      new Traits(false, false, Optional.empty(), ExtraState.NONE, false, false, 0);

  /** The contents that a module's {@code _extra_state} entry can have. */
  public enum ExtraState {
    /** The module has no such entry, or another row of the module declares it. */
    NONE,
    /**
     * Always {@code None}, as for Megatron-Core's own linear layers; distributed checkpoints do not
     * hold it.
     */
    EMPTY,
    /** An object, as for Transformer Engine's layers. */
    STORED
  }

  Traits absent() {
    return new Traits(true, vocabPadded, tiedCopy, extraState, rotary, rankOrdered, shift);
  }

  Traits padded() {
    return new Traits(mayBeAbsent, true, tiedCopy, extraState, rotary, rankOrdered, shift);
  }

  Traits tied(String name) {
    return new Traits(
        mayBeAbsent, vocabPadded, Optional.of(name), extraState, rotary, rankOrdered, shift);
  }

  Traits with(ExtraState state) {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, state, rotary, rankOrdered, shift);
  }

  /**
   * Declares the buffer of a rotary embedding, which is copied from the source or, if the source
   * lacks it, computed.
   *
   * @return a changed copy
   */
  public Traits inverseFrequencies() {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, true, rankOrdered, shift);
  }

  /**
   * Declares that a distributed checkpoint holds the shards of its writer's ranks one after
   * another.
   *
   * @return a changed copy
   */
  public Traits inRankOrder() {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, rotary, true, shift);
  }

  /**
   * Declares that stored values are smaller than the canonical ones.
   *
   * @param by the difference
   * @return a changed copy
   */
  public Traits less(double by) {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, rotary, rankOrdered, by);
  }
}
