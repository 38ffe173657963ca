package io.shardwright.core.outline;

/**
 * A file of a checkpoint, in an archive or a folder.
 *
 * @param name path within the checkpoint, with slashes
 * @param bytes the size in bytes
 */
public record Member(String name, long bytes) {}
