/**
 * Formats of adapters: of tensors alone ({@link io.shardwright.spi.format.TensorFormat}), and of
 * whole models ({@link io.shardwright.spi.format.ModelFormat}).
 */
package io.shardwright.spi.format;
