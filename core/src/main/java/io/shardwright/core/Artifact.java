package io.shardwright.core;

/**
 * A file of a checkpoint that is neither configuration nor weights, such as a tokenizer.
 *
 * @param name the file's name within the checkpoint, without a leading {@code ./}
 * @param size the size in bytes
 */
public record Artifact(String name, long size) {}
