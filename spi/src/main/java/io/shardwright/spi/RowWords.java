package io.shardwright.spi;

import io.shardwright.spi.Traits.Flag;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The words of a {@link ParameterRule} on its arrangement and its traits. */
abstract sealed class RowWords permits ParameterRule {
  /**
   * Returns the mapping between the elements of the stored and of the canonical tensor.
   *
   * @return {@link Arrangement#PLAIN} by default
   */
  public abstract Arrangement arrangement();

  /**
   * Returns further properties.
   *
   * @return {@link Traits#NONE} by default
   */
  public abstract Traits traits();

  /**
   * Returns the canonical axis that is cut (Megatron's {@code partition_dim}).
   *
   * @return 0 or 1; -1 for a replicated parameter
   */
  public abstract int partitionDim();

  /**
   * Replaces the arrangement.
   *
   * @param changed the new arrangement
   * @return a changed copy
   */
  public abstract ParameterRule with(Arrangement changed);

  /**
   * Replaces the traits.
   *
   * @param changed the new traits
   * @return a changed copy
   */
  public abstract ParameterRule with(Traits changed);

  /**
   * Requires the tensor-parallel size to divide a count as well as the axis, so that no cut passes
   * through a head.
   *
   * @param key configuration key of the count; {@code num_attention_heads} counts if it is absent
   * @return a changed copy
   */
  public ParameterRule cutBetween(String key) {
    return with(arrangement().cutBetween(key));
  }

  /**
   * Splits a canonical axis into factors.
   *
   * @param axis the axis, from 0
   * @param extents the lengths of the factors, outermost first
   * @return a changed copy
   */
  public ParameterRule factored(int axis, Extent... extents) {
    return with(arrangement().factored(axis, List.of(extents)));
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
    return with(arrangement().sized(formulas));
  }

  /**
   * Splits the axis that is cut, or axis 0, into segments of unequal length, each of which is cut
   * on its own (see {@link Segments}). {@link #part} with the axis's factor counts segments then.
   *
   * @param sizes lengths in the whole model, by the grammar of {@link Size}
   * @return a changed copy
   * @throws IllegalArgumentException if a formula breaks the grammar, or the axis is split already
   */
  public ParameterRule segments(String... sizes) {
    var all = Stream.of(sizes).map(Size::new).toList();
    int axis = Math.max(0, partitionDim());
    return with(arrangement().segmented(new Segments(axis, all, Set.of(), Optional.empty())));
  }

  /**
   * Leaves some of the segments whole on every rank.
   *
   * @param numbers of the segments, from 0
   * @return a changed copy
   * @throws IllegalArgumentException if there are no such segments
   */
  public ParameterRule uncut(Integer... numbers) {
    return with(arrangement().segmented(segmented().uncut(Set.of(numbers))));
  }

  /**
   * Lets the segments alternate: each is divided into a count of equal shares, and the first shares
   * of all segments stand before the second ones. Ranks are cut between them.
   *
   * @param key configuration key of the count; {@code num_attention_heads} counts if it is absent
   * @return a changed copy
   * @throws IllegalArgumentException if there are no segments
   */
  public ParameterRule alternating(String key) {
    return with(arrangement().segmented(segmented().alternating(key)));
  }

  private Segments segmented() {
    return arrangement()
        .segments()
        .orElseThrow(() -> new IllegalArgumentException("there are no segments"));
  }

  /**
   * Sets the order in which the stored tensor holds the canonical factors.
   *
   * @param axes for each stored axis its factors, counted over all canonical axes, outermost first
   * @return a changed copy
   */
  public ParameterRule stored(int[]... axes) {
    return with(
        arrangement().stored(Stream.of(axes).map(a -> IntStream.of(a).boxed().toList()).toList()));
  }

  /**
   * Restricts the stored tensor to a part of the canonical one.
   *
   * @param factor the number of the factor of which it holds a range, counted from 0 over all axes
   * @param from the first index; a negative one counts from the end
   * @param to the index after the last; 0 and negative ones count from the end
   * @param breaks indexes at which the part breaks (see {@link Arrangement.Range})
   * @return a changed copy
   */
  public ParameterRule part(int factor, int from, int to, int... breaks) {
    var all = IntStream.of(breaks).boxed().toList();
    return with(arrangement().only(new Arrangement.Range(factor, from, to, all)));
  }

  /**
   * Declares that each expert of a layer has such a parameter, which is a canonical tensor of its
   * own. Expert parallelism shares the experts out over ranks in blocks: of <i>E</i> experts over
   * <i>w</i> ranks, expert <i>e</i> is number {@code e mod (E/w)} of rank {@code e / (E/w)}; each
   * is cut over the tensor-parallel ranks of experts (Megatron-LM core_v0.5.0, {@code
   * megatron/core/transformer/moe/moe_layer.py}).
   *
   * <p>The last {@code *} of the canonical name stands for the expert's number. The pattern has it
   * as a part of its own ({@code local_experts.*.linear_fc1.weight}), or at a part's end ({@code
   * linear_fc1.weight*}); a pattern with one {@code *} less is a tensor whose axis 0 counts a
   * rank's experts, and whose other axes are those of one.
   *
   * @param key configuration key of the number of experts, {@code num_moe_experts}
   * @return a changed copy
   */
  public ParameterRule perExpert(String key) {
    return with(traits().perExpert(key));
  }

  /**
   * Declares that axis 0 holds vocabulary rows, padded to a multiple of {@code
   * make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0, {@code
   * nemo/collections/nlp/models/language_modeling/megatron_base_model.py}).
   *
   * @return a changed copy
   */
  public ParameterRule vocabPaddedRows() {
    return with(traits().with(Flag.VOCAB_PADDED_ROWS));
  }

  /**
   * Declares that the last stage holds a copy of the parameter if the parameter itself is on
   * another stage, as for tied embeddings (Megatron-LM core_v0.5.0, {@code
   * megatron/core/models/gpt/gpt_model.py}; NeMo v1.23.0, {@code
   * nemo/collections/nlp/modules/common/megatron/module.py}).
   *
   * @param name the copy's name, without a format's prefix; a parameter may have several copies
   * @return a changed copy
   */
  public ParameterRule tiedCopy(String name) {
    return with(traits().tiedCopy(name));
  }

  /**
   * Declares a further copy, on a stage of its own, of the tensor whose canonical name it has
   * ({@link Flag#COPY}).
   *
   * @return a changed copy
   */
  public ParameterRule copy() {
    return with(traits().with(Flag.COPY));
  }

  /**
   * Allows a checkpoint to lack the parameter, if no configuration key tells whether it has it.
   *
   * @return a changed copy
   */
  public ParameterRule optional() {
    return with(traits().with(Flag.OPTIONAL));
  }

  /** {@return a changed copy: computed again ({@link Flag#INVERSE_FREQUENCIES})} */
  public ParameterRule inverseFrequencies() {
    return with(traits().with(Flag.INVERSE_FREQUENCIES));
  }

  /**
   * Declares that a distributed checkpoint holds the shards of its writer's ranks one after another
   * ({@link Flag#RANK_ORDERED}).
   *
   * @return a changed copy
   */
  public ParameterRule rankOrdered() {
    return with(traits().with(Flag.RANK_ORDERED));
  }

  /** {@return a changed copy: zeros where a format has no such parameter ({@link Flag#ZERO})} */
  public ParameterRule zero() {
    return with(traits().with(Flag.ZERO));
  }

  /** {@return a changed copy: inferred from a checkpoint ({@link Flag#GUESS})} */
  public ParameterRule guess() {
    return with(traits().with(Flag.GUESS));
  }

  /** {@return a changed copy: a further name, never written ({@link Flag#READ_ALONE})} */
  public ParameterRule readAlone() {
    return with(traits().with(Flag.READ_ALONE));
  }

  /** {@return a changed copy: targets have it in float32 ({@link Flag#FLOAT32})} */
  public ParameterRule float32() {
    return with(traits().with(Flag.FLOAT32));
  }

  /** {@return a changed copy: left out of weight decay ({@link Flag#NO_DECAY})} */
  public ParameterRule noDecay() {
    return with(traits().with(Flag.NO_DECAY));
  }

  /**
   * Declares that stored values are smaller than the canonical ones, as where a file keeps a norm's
   * weight as its difference from 1.
   *
   * @param by the difference
   * @return a changed copy
   */
  public ParameterRule less(double by) {
    return with(traits().less(by));
  }

  /**
   * Declares the {@code _extra_state} entry of the parameter's module, on the module's last row.
   *
   * @param state the entry's content
   * @return a changed copy
   */
  public ParameterRule extraState(Traits.ExtraState state) {
    return with(traits().extraState(state));
  }

  /**
   * Restricts the row to one layout, where rank files and distributed checkpoints name or divide a
   * parameter in different ways. Other rows of the same canonical tensor are for the other layout.
   *
   * @param only the layout
   * @return a changed copy
   */
  public ParameterRule layout(WeightLayout only) {
    return with(traits().layout(only));
  }
}
