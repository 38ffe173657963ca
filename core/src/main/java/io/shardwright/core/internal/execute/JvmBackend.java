package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/** The backend that works in the Java virtual machine, which is always available. */
public final class JvmBackend implements TensorBackend {
  /** Long enough for eight ranks' runs, short enough for the processor's cache. */
  private static final int TILE_BYTES = 1 << 20;

  /** Stays in a core's own cache from reading to writing. */
  private static final int RUN_BYTES = 256 << 10;

  /** With tiles of the best size; everything is done in their place. */
  public static final Footprint.TileMemory MEMORY =
      new Footprint.TileMemory(TILE_BYTES, 0, 0, 0, 0, 0, false);

  private final int tileBytes;
  private final Casts casts = new Casts();
  private final ProductSum products = new ProductSum();

  /** With tiles of the best size. */
  public JvmBackend() {
    this(TILE_BYTES);
  }

  JvmBackend(int tileBytes) {
    this.tileBytes = tileBytes;
  }

  @Override
  public int tileBytes() {
    return tileBytes;
  }

  @Override
  public int spanBytes() {
    return Math.min(RUN_BYTES, tileBytes);
  }

  @Override
  public Tile tile() {
    return new JvmTile(tileBytes, casts, products);
  }

  @Override
  public CastLosses losses() {
    return casts.losses();
  }

  @Override
  public void close() {}

  /** A tile in the memory of the Java process. A single span is read and written in place. */
  private static final class JvmTile implements Tile {
    private static final byte[] ZEROS = new byte[1 << 12];

    private final ByteBuffer bytes;
    private final Casts casts;
    private final ProductSum products;
    private DType dtype;
    private int elements;
    private JvmTile other;

    JvmTile(int size, Casts casts, ProductSum products) {
      this.bytes = ByteBuffer.allocateDirect(size);
      this.casts = casts;
      this.products = products;
    }

    @Override
    public void hold(DType dtype, int elements) {
      this.dtype = dtype;
      this.elements = elements;
    }

    @Override
    public void clear() {
      for (int at = 0; at < bytes.capacity(); at += ZEROS.length) {
        bytes.put(at, ZEROS, 0, Math.min(ZEROS.length, bytes.capacity() - at));
      }
    }

    @Override
    public ByteBuffer room(BlockSpans spans, int from, int to, ByteBuffer spare) {
      return to - from == 1 ? place(spans, from) : spare.clear().limit(spans.total(from, to));
    }

    private ByteBuffer place(BlockSpans spans, int span) {
      return bytes.slice(spans.block(span), spans.length(span));
    }

    @Override
    public void spread(ByteBuffer packed, BlockSpans spans, int from, int to) {
      int at = 0;
      for (int span = from; to - from > 1 && span < to; span++) {
        move(packed, at, bytes, spans.block(span), spans.length(span));
        at += spans.length(span);
      }
    }

    @Override
    public ByteBuffer gather(BlockSpans spans, int from, int to, ByteBuffer spare) {
      ByteBuffer packed = room(spans, from, to, spare);
      int at = 0;
      for (int span = from; to - from > 1 && span < to; span++) {
        move(bytes, spans.block(span), packed, at, spans.length(span));
        at += spans.length(span);
      }
      return packed;
    }

    /** A transposed matrix has spans of one element, for which a bulk move is slow. */
    private static void move(ByteBuffer from, int at, ByteBuffer to, int place, int bytes) {
      switch (bytes) {
        case 2 -> to.putShort(place, from.getShort(at));
        case 4 -> to.putInt(place, from.getInt(at));
        default -> to.put(place, from, at, bytes);
      }
    }

    @Override
    public boolean equal(ByteBuffer packed, BlockSpans spans, int from, int to) {
      int at = 0;
      for (int span = from; span < to; span++) {
        if (place(spans, span).mismatch(packed.slice(at, spans.length(span))) >= 0) {
          return false;
        }
        at += spans.length(span);
      }
      return true;
    }

    @Override
    public Tile as(DType wanted, double shift) {
      if (wanted == dtype && shift == 0) {
        return this;
      }
      other = other == null ? new JvmTile(bytes.capacity(), casts, products) : other;
      other.hold(wanted, elements);
      ByteBuffer from = bytes.slice(0, elements * dtype.byteSize());
      casts.convert(from, dtype, other.bytes.slice(0, elements * wanted.byteSize()), wanted, shift);
      return other;
    }

    @Override
    public void addProduct(int from, LowRankRows product) {
      int size = product.count() * product.columns() * Float.BYTES;
      products.add(bytes.slice(from * Float.BYTES, size), product);
    }
  }
}
