package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import java.util.Optional;

/**
 * The state of a module in a distributed checkpoint: a value or a tensor, in a torch file of its
 * own; nothing where the module never measured anything, for which every format has its own form.
 *
 * @param member its file, where it has one
 * @param key its key, where it is an item of a file
 * @param owner the rank that writes it
 * @param value what is no tensor
 * @param tensor what is one
 */
public record TargetObject(
    String member,
    String key,
    int owner,
    Optional<PickleValue> value,
    Optional<TargetTensor> tensor) {}
