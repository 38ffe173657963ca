/**
 * The interface for model families: what a family declares so that the engine can load, convert and
 * reshard its checkpoints.
 *
 * <p>The engine hands a family a configuration ({@link io.shardwright.spi.ModelConfig}) and gets
 * tables of names, cuts, sizes and conditions. A family never sees a rank, a buffer, a thread or a
 * file.
 */
package io.shardwright.spi;
