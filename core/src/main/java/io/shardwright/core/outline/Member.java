package io.shardwright.core.outline;

/**
 * A file of a checkpoint, in an archive or a folder.
 *
 * @param name path within the checkpoint, with slashes
 * @param bytes its size
 */
public record Member(String name, long bytes) {}
