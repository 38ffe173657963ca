package io.shardwright.core.outline;

import io.shardwright.spi.tensor.Shape;
import java.util.List;

/**
 * The picture of a stored tensor, divided into bands along the axis that is cut.
 *
 * @param where the file or rank that holds the tensor
 * @param tensor the tensor's name there
 * @param shape the stored shape
 * @param axis the axis of the bands' indexes, from 0
 * @param bands the bands, in order
 */
public record Panel(String where, String tensor, Shape shape, int axis, List<Band> bands) {}
