package io.shardwright.core.outline;

import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;

/**
 * A tensor as the model means it, and how tensor parallelism cuts it.
 *
 * @param name in the checkpoint, layers numbered in the whole model
 * @param dtype its element type
 * @param shape whole
 * @param shard what one tensor-parallel rank has of it
 * @param cut along which axis
 * @param parts matrices that are cut separately: 1, or 2 for a gated MLP
 */
public record CutTensor(String name, DType dtype, Shape shape, Shape shard, Cut cut, int parts) {}
