package io.shardwright.core.internal.bytes;

/** Bytes that a layout makes, such as a header or a directory, and their offset. */
public record Piece(long offset, byte[] bytes) {}
