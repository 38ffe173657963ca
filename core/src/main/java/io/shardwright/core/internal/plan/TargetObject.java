package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import java.util.Optional;

/**
 * The state of a module in a distributed checkpoint: a value or a tensor, in a torch file of its
 * own.
 *
 * @param member its file
 * @param value what is no tensor
 * @param tensor what is one
 */
public record TargetObject(
    String member, Optional<PickleValue> value, Optional<TargetTensor> tensor) {}
