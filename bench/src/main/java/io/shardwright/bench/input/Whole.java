package io.shardwright.bench.input;

/**
 * A tensor of the whole model, under its Megatron-Core name.
 *
 * @param rows 1 for a vector
 * @param columns elements a row
 */
public record Whole(String name, long rows, long columns) {}
