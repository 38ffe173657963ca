package io.shardwright.core.internal.execute;

/**
 * What a backend takes of memory for each thread.
 *
 * @param tileBytes at most
 * @param forCast further tiles where elements are cast or shifted, at most
 */
public record TileMemory(long tileBytes, int forCast) {}
