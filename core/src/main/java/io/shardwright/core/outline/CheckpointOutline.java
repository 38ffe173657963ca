package io.shardwright.core.outline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A checkpoint as data, besides its summary.
 *
 * @param grid what each rank holds; empty for arrays of no known family
 * @param virtual virtual pipeline size; empty for none
 * @param tokenizer where the configuration names one
 * @param facts of the model, by NeMo's configuration keys, in order; {@code vocabulary_rows} is
 *     counted, not read
 * @param members the checkpoint's files
 * @param tensors as the model means them; empty where no family is known
 */
public record CheckpointOutline(
    Optional<RankGrid> grid,
    OptionalInt virtual,
    Optional<Tokenizer> tokenizer,
    Map<String, String> facts,
    List<Member> members,
    List<CutTensor> tensors) {}
