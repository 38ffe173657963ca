package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.codec.pickle.PickleValue;

/**
 * What a module keeps that is no tensor.
 *
 * @param name with the format's prefix, layers numbered in the whole model
 * @param stage where the source has it
 */
public record StateObject(String name, int stage, PickleValue value) {}
