package io.shardwright.core;

import java.util.Optional;

/**
 * A configuration key in which two checkpoints differ.
 *
 * @param key dotted path
 * @param first the first checkpoint's value; empty where it lacks the key
 * @param second the second checkpoint's value; empty where it lacks the key
 * @param layout whether it says how the weights lie rather than what they are
 */
public record ConfigDifference(
    String key, Optional<String> first, Optional<String> second, boolean layout) {}
