package io.shardwright.core.internal.describe;

import io.shardwright.spi.tensor.Region;
import java.util.List;

/**
 * Where the elements of a box of a logical tensor lie in a storage: the element at index i,
 * relative to the box, lies at {@code start + Σ i[k]·strides[k]}.
 *
 * @param logical the box
 * @param start in elements from the storage's start
 * @param strides in elements, one per axis
 */
public record View(Region logical, long start, List<Long> strides) {}
