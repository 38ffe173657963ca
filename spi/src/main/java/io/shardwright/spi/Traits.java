package io.shardwright.spi;

import java.util.Optional;

/**
 * What else is known of a parameter.
 *
 * @param mayBeAbsent whether a checkpoint may lack it although its rule is in force
 * @param vocabPadded whether axis 0 counts vocabulary rows, padded for the tensor-parallel size
 * @param tiedCopy the name under which the last stage holds a copy where it is not the first
 * @param extraState what its module keeps besides parameters
 * @param rotary whether it is the buffer of a rotary embedding's inverse frequencies, which the
 *     configuration determines
 * @param rankOrdered whether a distributed checkpoint holds it as the shards of the ranks that
 *     wrote it, one after another, rather than as one tensor: a gated MLP's bias (Megatron-LM
 *     core_v0.5.0, {@code megatron/core/transformer/mlp.py})
 * @param shift what is added to a stored value to give the canonical one: 1 where a file keeps a
 *     norm's weight as its difference from 1
 */
public record Traits(
    boolean mayBeAbsent,
    boolean vocabPadded,
    Optional<String> tiedCopy,
    ExtraState extraState,
    boolean rotary,
    boolean rankOrdered,
    double shift) {

  /** Nothing special. */
  public static final Traits NONE =
      new Traits(false, false, Optional.empty(), ExtraState.NONE, false, false, 0);

  /** What a module's {@code _extra_state} entry holds. */
  public enum ExtraState {
    /** The module has no such entry, or another row of its module says it. */
    NONE,
    /** Always {@code None}: Megatron-Core's own linear layers. Not in distributed checkpoints. */
    EMPTY,
    /** An object: Transformer Engine's layers. */
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
   * The buffer of a rotary embedding: carried where the source has it, made where it does not.
   *
   * @return a changed copy
   */
  public Traits inverseFrequencies() {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, true, rankOrdered, shift);
  }

  /**
   * In a distributed checkpoint the shards of its writer's ranks stand one after another.
   *
   * @return a changed copy
   */
  public Traits inRankOrder() {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, rotary, true, shift);
  }

  /**
   * A stored value is less than the canonical one.
   *
   * @param by how much
   * @return a changed copy
   */
  public Traits less(double by) {
    return new Traits(mayBeAbsent, vocabPadded, tiedCopy, extraState, rotary, rankOrdered, by);
  }
}
