package io.shardwright.core.outline;

import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;

/**
 * A logical tensor and how tensor parallelism cuts it.
 *
 * @param name the tensor's name in the checkpoint, with the layer's number in the whole model
 * @param dtype the element type
 * @param shape the shape of the whole tensor
 * @param shard the shape of the part that one tensor-parallel rank holds
 * @param cut the axis along which it is cut
 * @param parts number of matrices in it that are cut separately: 1, 2 for a gated MLP, or more for
 *     linear attention
 */
public record CutTensor(String name, DType dtype, Shape shape, Shape shard, Cut cut, int parts) {}
