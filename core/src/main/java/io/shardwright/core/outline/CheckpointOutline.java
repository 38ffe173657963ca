package io.shardwright.core.outline;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The grid, files, tokenizer and logical tensors of a checkpoint, for display beside its summary.
 *
 * @param grid the ranks with what each holds; empty for arrays of no known family
 * @param tokenizer the tokenizer; empty if the configuration names none
 * @param facts sizes of the model by NeMo's configuration key, in order; {@code vocabulary_rows} is
 *     counted from the tensors
 * @param optimizer what there is of an optimizer; empty for weights alone
 * @param members the checkpoint's files
 * @param tensors the logical tensors; none if no family is known
 */
public record CheckpointOutline(
    Optional<RankGrid> grid,
    Optional<Tokenizer> tokenizer,
    Map<String, String> facts,
    Optional<OptimizerOutline> optimizer,
    List<Member> members,
    List<CutTensor> tensors) {}
