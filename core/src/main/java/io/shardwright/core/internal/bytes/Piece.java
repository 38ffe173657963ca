package io.shardwright.core.internal.bytes;

/**
 * Bytes that a layout generates, such as a header or a directory, with their offset in the file.
 */
public record Piece(long offset, byte[] bytes) {}
