package io.shardwright.core.outline;

import io.shardwright.spi.tensor.Shape;
import java.util.List;

/**
 * A stored tensor, striped along the axis that is cut.
 *
 * @param where the file or rank that holds it
 * @param tensor its name there
 * @param shape as it is stored
 * @param axis that the bands count along
 * @param bands in order
 */
public record Panel(String where, String tensor, Shape shape, int axis, List<Band> bands) {}
