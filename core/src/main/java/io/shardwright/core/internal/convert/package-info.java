/** Configurations of one side in the other side's keys: the engine of {@code spi.config}. */
package io.shardwright.core.internal.convert;
