package io.shardwright.core.outline;

import io.shardwright.spi.RankCoordinate;

/**
 * A tensor of a kind that Shardwright can't read: sparse, quantized, nested, without values, of a
 * class of its own, or inside another object.
 *
 * @param file the file of the checkpoint that holds it
 * @param rank the rank to which the file belongs
 * @param name the tensor's name, or that of the object that holds it
 * @param kind the kind of tensor, such as {@code a sparse tensor}
 */
public record UnreadableTensor(String file, RankCoordinate rank, String name, String kind) {
  @Override
  public String toString() {
    return "'" + name + "' is " + kind;
  }
}
