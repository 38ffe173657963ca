package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/** Works in the Java virtual machine, and always there. */
public final class JvmBackend implements TensorBackend {
  /** Long enough for eight ranks' runs, short enough for the processor's cache. */
  private static final int BLOCK_BYTES = 1 << 20;

  private final int blockBytes;
  private final Casts casts = new Casts();

  /** With blocks of the best size. */
  public JvmBackend() {
    this(BLOCK_BYTES);
  }

  JvmBackend(int blockBytes) {
    this.blockBytes = blockBytes;
  }

  @Override
  public int blockBytes() {
    return blockBytes;
  }

  @Override
  public void spread(ByteBuffer packed, Spans pieces, int from, int to, ByteBuffer block) {
    int at = packed.position();
    for (int piece = from; piece < to; piece++) {
      move(packed, at, block, pieces.block(piece), pieces.length(piece));
      at += pieces.length(piece);
    }
  }

  @Override
  public void gather(ByteBuffer block, Spans pieces, int from, int to, ByteBuffer packed) {
    int at = packed.position();
    for (int piece = from; piece < to; piece++) {
      move(block, pieces.block(piece), packed, at, pieces.length(piece));
      at += pieces.length(piece);
    }
  }

  /** A transposed matrix has pieces of one element, for which a bulk move is slow. */
  private static void move(ByteBuffer from, int at, ByteBuffer to, int place, int bytes) {
    switch (bytes) {
      case 2 -> to.putShort(place, from.getShort(at));
      case 4 -> to.putInt(place, from.getInt(at));
      default -> to.put(place, from, at, bytes);
    }
  }

  @Override
  public void cast(ByteBuffer source, DType from, double shift, ByteBuffer target, DType to) {
    casts.convert(source, from, target, to, shift);
  }

  @Override
  public CastLosses losses() {
    return casts.losses();
  }

  @Override
  public void close() {}
}
