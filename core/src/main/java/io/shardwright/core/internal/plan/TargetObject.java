package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;

/**
 * What a module of a distributed checkpoint keeps besides tensors.
 *
 * @param member its file
 */
public record TargetObject(String member, PickleValue value) {}
