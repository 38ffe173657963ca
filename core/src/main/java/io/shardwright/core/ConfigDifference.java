package io.shardwright.core;

import java.util.Optional;

/**
 * A configuration key in which two checkpoints differ.
 *
 * @param key dotted path
 * @param first the first checkpoint's value; empty if it lacks the key
 * @param second the second checkpoint's value; empty if it lacks the key
 * @param layout whether the key describes how the weights are stored rather than the model
 */
public record ConfigDifference(
    String key, Optional<String> first, Optional<String> second, boolean layout) {}
