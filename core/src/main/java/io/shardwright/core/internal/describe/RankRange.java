package io.shardwright.core.internal.describe;

/**
 * Elements of the cut factor that follow each other and belong to one rank.
 *
 * @param segment the matrix in the tensor that they belong to, from 0
 * @param rank the rank
 * @param end the element after the last
 */
public record RankRange(int segment, int rank, long end) {}
