package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/**
 * What happens to a block of a logical tensor's bytes in memory. What is read and written, and
 * where, is the executor's; every backend gives the same bytes. One thread uses a backend at a
 * time.
 */
public interface TensorBackend extends AutoCloseable {
  /** Bytes of the blocks that suit it. */
  int blockBytes();

  /** Puts pieces that were stored one after the other where they belong in the block. */
  void spread(ByteBuffer packed, Spans pieces, int from, int to, ByteBuffer block);

  /** Collects pieces of the block one after the other. */
  void gather(ByteBuffer block, Spans pieces, int from, int to, ByteBuffer packed);

  /**
   * Casts little-endian elements, adding something to each.
   *
   * @param shift added in binary32, or in binary64 where both types are
   */
  void cast(ByteBuffer source, DType from, double shift, ByteBuffer target, DType to);

  /** What casts have lost so far. */
  CastLosses losses();

  @Override
  void close();
}
