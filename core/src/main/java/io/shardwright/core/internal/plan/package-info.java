/**
 * Computes plans: the description of a source and the choice of a target go in, the steps of a run
 * come out. A plan is immutable and deterministic, and is proved to write every target element
 * exactly once and to use every source tensor.
 *
 * <pre>
 * TargetChoice = what is asked for: grid, naming, layout, element type, Hugging Face class
 * TargetRows   = the rows of the target's naming, by the canonical tensor that they are of
 * Emission     = a stored tensor of the target's naming, before it is cut
 * Placement    = the cut: gives an emission its target tensors, in rank files, arrays or shards
 * TargetFile   = a rank's file or a shard: its names in order, tensors and objects
 * TargetArray  = an array of distributed weights: its chunks, each a target tensor
 * TargetObject = a module's state in distributed weights, in a torch file of its own
 * TargetTensor = a dense tensor in a storage of its own, or a chunk; what steps write to
 * TargetNames  = what the target's format calls its files
 * PlanStep     = one logical tensor on its way: a copy, a fill or a merge, and where it goes to
 * TargetForms  = what a finished plan makes of each logical tensor, for reports
 * Bands        = rows or columns of one meaning and one rank, for pictures
 * </pre>
 */
package io.shardwright.core.internal.plan;
