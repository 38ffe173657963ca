package io.shardwright.core;

/**
 * A member of an archive that is neither configuration nor weights, such as a tokenizer.
 *
 * @param name as the archive spells it, without a leading {@code ./}
 * @param size bytes
 */
public record Artifact(String name, long size) {}
