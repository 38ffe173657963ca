package io.shardwright.core;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;

/**
 * A tensor as a checkpoint stores it.
 *
 * @param file the member that holds it
 * @param rank the rank whose file that is
 * @param spec its name, element type and shape
 */
public record StoredTensor(String file, RankCoordinate rank, TensorSpec spec) {}
