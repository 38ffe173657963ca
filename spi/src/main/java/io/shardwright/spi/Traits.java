package io.shardwright.spi;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Properties of a parameter beyond its name, cut and arrangement. Immutable; the modifying methods
 * return a changed copy, and a row has a method for each of them (see {@link ParameterRule}).
 */
public final class Traits {
  /** The default: none of these properties. */
  public static final Traits NONE =
      new Traits(
          EnumSet.noneOf(Flag.class),
          List.of(),
          ExtraState.NONE,
          0,
          Optional.empty(),
          Optional.empty());

  /** A property that a parameter has or lacks. */
  public enum Flag {
    /** A checkpoint may lack the parameter although its rule is in force. */
    OPTIONAL,
    /** Axis 0 holds vocabulary rows, padded for the tensor-parallel size. */
    VOCAB_PADDED_ROWS,
    /**
     * All values are zero in a model of a format that has no such parameter: zeros are made for it,
     * and a model that has others can't become one of that format.
     */
    ZERO,
    /**
     * The buffer of a rotary embedding's inverse frequencies, which the configuration determines;
     * it is copied from the source or, if the source lacks it, computed.
     */
    INVERSE_FREQUENCIES,
    /**
     * A distributed checkpoint holds the shards of the ranks that wrote it, one after another,
     * rather than one tensor: a gated MLP's bias (Megatron-LM core_v0.5.0, {@code
     * megatron/core/transformer/mlp.py}).
     */
    RANK_ORDERED,
    /**
     * The optimizer leaves the parameter out of weight decay; it keeps such parameters in a group
     * of their own (NeMo v1.23.0, {@code nemo/collections/nlp/modules/common/megatron/utils.py},
     * get_params_for_weight_decay_optimization).
     */
    NO_DECAY,
    /**
     * The parameter has the values of another one, whose canonical name it has too, as the word
     * embeddings that T5's decoder begins with (NeMo v1.23.0, {@code
     * nemo/collections/nlp/modules/common/megatron/token_level_encoder_decoder.py}).
     */
    COPY,
    /**
     * How the parameter is cut was inferred from a checkpoint, not read in the model's source; a
     * target is written by such a row only if the request allows guesses.
     */
    GUESS,
    /**
     * A further name for what other rows store, as where some versions of a library write the
     * experts of a layer as one tensor: it is read, and never written.
     */
    READ_ALONE,
    /**
     * A buffer that is float32 whatever the parameters are, and that no optimizer knows, as
     * Megatron-Core's biases of experts' scores (Megatron-Core 0.19, {@code
     * megatron/core/transformer/moe/router.py}).
     */
    FLOAT32
  }

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

  private final Set<Flag> flags;
  private final List<String> tiedCopies;
  private final ExtraState extraState;
  private final double shift;
  private final Optional<String> experts;
  private final Optional<WeightLayout> layout;

  private Traits(
      Set<Flag> flags,
      List<String> tiedCopies,
      ExtraState extraState,
      double shift,
      Optional<String> experts,
      Optional<WeightLayout> layout) {
    this.flags = flags;
    this.tiedCopies = tiedCopies;
    this.extraState = extraState;
    this.shift = shift;
    this.experts = experts;
    this.layout = layout;
  }

  /**
   * Adds a property.
   *
   * @param flag the property
   * @return a changed copy
   */
  public Traits with(Flag flag) {
    var all = EnumSet.copyOf(flags);
    all.add(flag);
    return new Traits(all, tiedCopies, extraState, shift, experts, layout);
  }

  /**
   * Names a copy that the last stage holds if the parameter itself is on another one.
   *
   * @param name the copy's name; a parameter may have several copies
   * @return a changed copy
   */
  public Traits tiedCopy(String name) {
    var all = Stream.concat(tiedCopies.stream(), Stream.of(name)).toList();
    return new Traits(flags, all, extraState, shift, experts, layout);
  }

  /**
   * Declares the content of the {@code _extra_state} entry of the parameter's module.
   *
   * @param state the content
   * @return a changed copy
   */
  public Traits extraState(ExtraState state) {
    return new Traits(flags, tiedCopies, state, shift, experts, layout);
  }

  /**
   * Declares that stored values are smaller than the canonical ones.
   *
   * @param by the difference
   * @return a changed copy
   */
  public Traits less(double by) {
    return new Traits(flags, tiedCopies, extraState, by, experts, layout);
  }

  /**
   * Declares that the parameter is an expert's.
   *
   * @param key configuration key of the number of experts
   * @return a changed copy
   */
  public Traits perExpert(String key) {
    return new Traits(flags, tiedCopies, extraState, shift, Optional.of(key), layout);
  }

  /**
   * Declares that the row is of one layout, whose checkpoints name or divide the parameter in a way
   * of their own.
   *
   * @param only the layout
   * @return a changed copy
   */
  public Traits layout(WeightLayout only) {
    return new Traits(flags, tiedCopies, extraState, shift, experts, Optional.of(only));
  }

  /**
   * Tells whether the parameter has a property.
   *
   * @param flag the property
   * @return true if it has
   */
  public boolean has(Flag flag) {
    return flags.contains(flag);
  }

  /** {@return whether a checkpoint may lack the parameter although its rule is in force} */
  public boolean mayBeAbsent() {
    return has(Flag.OPTIONAL);
  }

  /** {@return whether axis 0 holds vocabulary rows, padded for the tensor-parallel size} */
  public boolean vocabPadded() {
    return has(Flag.VOCAB_PADDED_ROWS);
  }

  /** {@return whether it is the buffer of a rotary embedding's inverse frequencies} */
  public boolean rotary() {
    return has(Flag.INVERSE_FREQUENCIES);
  }

  /** {@return whether a distributed checkpoint holds the shards of its writer's ranks in a row} */
  public boolean rankOrdered() {
    return has(Flag.RANK_ORDERED);
  }

  /** {@return whether the optimizer leaves the parameter out of weight decay} */
  public boolean noDecay() {
    return has(Flag.NO_DECAY);
  }

  /**
   * Returns the names of the copies that the last stage holds.
   *
   * @return empty for parameters without a copy; immutable
   */
  public List<String> tiedCopies() {
    return tiedCopies;
  }

  /**
   * Returns the content of the {@code _extra_state} entry of the parameter's module.
   *
   * @return {@link ExtraState#NONE} if the row declares none
   */
  public ExtraState extraState() {
    return extraState;
  }

  /**
   * Returns the number to add to a stored value to get the canonical one.
   *
   * @return 1 if a file keeps a norm's weight as its difference from 1, otherwise 0
   */
  public double shift() {
    return shift;
  }

  /**
   * Returns the configuration key of the number of experts of which each has such a parameter.
   *
   * @return empty for parameters that are no expert's
   */
  public Optional<String> experts() {
    return experts;
  }

  /**
   * Returns the one layout of whose checkpoints the row is.
   *
   * @return empty for rows of all
   */
  public Optional<WeightLayout> layout() {
    return layout;
  }

  private List<Object> all() {
    return List.of(flags, tiedCopies, extraState, shift, experts, layout);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Traits traits && all().equals(traits.all());
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
