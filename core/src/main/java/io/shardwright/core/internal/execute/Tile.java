package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/**
 * A range of a logical tensor's elements in row-major order, wherever a backend keeps them. Pieces
 * of it are put in and taken out packed: one after the other, little-endian.
 */
public interface Tile {
  /** From now on holds so many elements of a type, of any value. */
  void hold(DType dtype, int elements);

  /** Sets every byte to zero. */
  void clear();

  /**
   * A buffer to be filled with packed pieces before {@link #spread}.
   *
   * @param spare to be used where the pieces' own place can't be
   */
  ByteBuffer room(Spans pieces, int from, int to, ByteBuffer spare);

  /** Puts packed pieces where they belong, out of what {@link #room} gave for them. */
  void spread(ByteBuffer packed, Spans pieces, int from, int to);

  /**
   * Packs pieces.
   *
   * @param spare to be used where their own place can't be
   * @return valid until the tile or the spare buffer is used again
   */
  ByteBuffer gather(Spans pieces, int from, int to, ByteBuffer spare);

  /** Whether pieces are equal to those in a buffer. */
  boolean equal(ByteBuffer packed, Spans pieces, int from, int to);

  /**
   * The same elements as another type, something added to each; the tile itself where that changes
   * nothing. Valid until the tile is used again.
   *
   * @param shift added in binary32, or in binary64 where this tile's type is
   */
  Tile as(DType dtype, double shift);
}
