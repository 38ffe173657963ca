package io.shardwright.core.outline;

import io.shardwright.spi.RankCoordinate;

/**
 * A tensor that is there, but of a kind that is not read: sparse, quantized, nested, without
 * values, of a class of its own, or inside another object.
 *
 * @param file the member that holds it
 * @param rank the rank whose file that is
 * @param name its name, or that of the object that it is in
 * @param kind what it is, such as {@code a sparse tensor}
 */
public record UnreadableTensor(String file, RankCoordinate rank, String name, String kind) {
  @Override
  public String toString() {
    return "'" + name + "' is " + kind;
  }
}
