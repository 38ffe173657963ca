package io.shardwright.core.outline;

import java.util.List;
import java.util.Optional;

/**
 * A plan as data.
 *
 * @param family the adapter's id; {@code none} where no family is needed
 * @param before the source
 * @param after the target
 * @param tensors logical tensors, each counted once whatever the number of ranks
 * @param cut those that tensor parallelism cuts in the source's naming
 * @param values elements of all tensors in the target's files together
 * @param edits of the configuration, in order; for a Hugging Face target, whose configuration is
 *     made anew, none
 * @param padding vocabulary rows that come or go
 * @param casts of element types
 * @param lora what is merged into the model
 * @param shifted tensors to which a constant is added on the way, such as a norm's weight that one
 *     side keeps less 1
 * @param computed tensors that the configuration determines and that no file holds
 * @param leftOut tensors that the target has no place for
 * @param pictures how a few typical tensors are cut
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
    List<TensorPicture> pictures) {}
