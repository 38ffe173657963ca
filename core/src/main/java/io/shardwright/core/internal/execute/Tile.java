package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/**
 * A range of a logical tensor's elements in row-major order, in the memory of a backend. Parts of
 * it are put in and taken out packed: one after the other, little-endian.
 */
public interface Tile {
  /** From now on holds so many elements of a type, of any value. */
  void hold(DType dtype, int elements);

  /** Sets every byte to zero. */
  void clear();

  /**
   * A buffer to be filled with packed spans before {@link #spread}.
   *
   * @param spare to be used where the spans' own place can't be
   */
  ByteBuffer room(BlockSpans spans, int from, int to, ByteBuffer spare);

  /** Puts packed spans where they belong, out of what {@link #room} gave for them. */
  void spread(ByteBuffer packed, BlockSpans spans, int from, int to);

  /**
   * Packs spans.
   *
   * @param spare to be used where their own place can't be
   * @return valid until the tile or the spare buffer is used again
   */
  ByteBuffer gather(BlockSpans spans, int from, int to, ByteBuffer spare);

  /** Whether spans are equal to those in a buffer. */
  boolean equal(ByteBuffer packed, BlockSpans spans, int from, int to);

  /**
   * The same elements as another type, something added to each; the tile itself where that changes
   * nothing. Valid until the tile is used again.
   *
   * @param shift added in binary32, or in binary64 where this tile's type is
   */
  Tile as(DType dtype, double shift);

  /**
   * Adds a product of two narrow matrices to rows that the tile holds, which are of binary32.
   *
   * <p>Each element becomes {@code w + scale * (b_1 a_1 + … + b_r a_r)}, r being the rank, computed
   * in binary32 or better. Let u be 2^-24, half the distance of 1 to its successor. A sum of r
   * products, each rounded, errs by less than {@code r u / (1 - r u)} of the sum of their absolute
   * values in whatever order, with fused steps or not (Higham 2002, section 3.1); scaling and
   * adding round once more each. So every backend gives the exact value within
   *
   * <pre>(r + 3) u (|w| + |scale| (|b_1 a_1| + … + |b_r a_r|)) + (r |scale| + 2) 2^-149</pre>
   *
   * as long as r is at most 2^20 and nothing overflows; the last term is for products below the
   * normal numbers. Formats with fewer bits, such as TF32, do not. In Java the result depends on
   * row and column alone, never on the tile.
   *
   * @param from the rows' first element in the tile
   */
  void addProduct(int from, LowRankRows product);
}
