package io.shardwright.core.outline;

import java.util.List;
import java.util.Optional;

/**
 * The content of a plan as data, for display.
 *
 * @param family the family's id; {@code none} if no family is needed
 * @param before the source
 * @param after the target
 * @param tensors number of logical tensors, each counted once, whatever the number of ranks is
 * @param cut number of those that tensor parallelism cuts in the source's naming
 * @param values number of elements of all tensors in the target's files together
 * @param edits changes of the configuration, in order; none for a Hugging Face target, whose
 *     configuration is made again
 * @param padding tensors whose number of vocabulary rows changes
 * @param casts changes of element types
 * @param lora the LoRA adapter that is merged into the model; empty for none
 * @param shifted tensors to which a constant is added, such as a norm's weight that one side keeps
 *     as its difference from 1
 * @param computed tensors that are computed from the configuration because no file holds them
 * @param leftOut tensors that the target can't hold
 * @param kinds one of each kind of tensor as the target cuts it, with {@code *} for layers
 * @param pictures pictures of how a few typical tensors are cut
 */
public record PlanOutline(
    String family,
    Side before,
    Side after,
    long tensors,
    long cut,
    long values,
    List<ConfigEdit> edits,
    List<RowPadding> padding,
    List<TypeCast> casts,
    Optional<LoraMerge> lora,
    List<String> shifted,
    List<String> computed,
    List<String> leftOut,
    List<CutTensor> kinds,
    List<TensorPicture> pictures) {}
