/**
 * What a model family declares so that the engine can load, convert and reshard its checkpoints.
 *
 * <p>A family is a table: it never sees a rank, a buffer, a thread or a file.
 */
package io.shardwright.spi;
