package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;

/**
 * A LoRA product to be added to rows of a matrix, with its factors in memory: {@code scale * b *
 * a}. Buffers are direct and little-endian, of binary32.
 *
 * @param count rows that are added to
 * @param columns elements of each
 * @param rank columns of b, rows of a
 * @param b {@code count * rank} elements, a row of them for each row
 * @param a {@code rank * columns} elements
 */
public record LowRankRows(
    int count, int columns, int rank, ByteBuffer b, ByteBuffer a, float scale) {}
