package io.shardwright.core;

import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Optional;

/**
 * A tensor as a checkpoint stores it.
 *
 * @param file the member that holds it
 * @param rank the rank whose file that is; empty for an array of a distributed checkpoint
 * @param spec its name, element type and shape
 */
public record StoredTensor(String file, Optional<RankCoordinate> rank, TensorSpec spec) {}
