package io.shardwright.core.internal.execute.djl;

import io.shardwright.core.internal.execute.BlockSpans;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.LowRankRows;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.core.internal.execute.Tile;
import io.shardwright.core.internal.execute.djl.CarrierArrays.Array;
import io.shardwright.core.internal.execute.djl.CarrierArrays.Cast;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/** The backend whose tiles are arrays of PyTorch on a device. */
final class DjlBackend implements TensorBackend {
  private final CarrierArrays arrays;
  private final int tileBytes;
  private CastLosses losses = CastLosses.NONE;

  DjlBackend(CarrierArrays arrays, int tileBytes) {
    this.arrays = arrays;
    this.tileBytes = tileBytes;
  }

  CarrierArrays arrays() {
    return arrays;
  }

  void add(CastLosses more) {
    losses = losses.plus(more);
  }

  @Override
  public int tileBytes() {
    return tileBytes;
  }

  @Override
  public Tile tile() {
    return new DjlTile(this);
  }

  @Override
  public CastLosses losses() {
    return losses;
  }

  @Override
  public void close() {
    arrays.close();
  }

  /** A tile on a device, in memory of its own that is freed before the next is taken. */
  private static final class DjlTile implements Tile {
    private final DjlBackend backend;
    private CarrierArrays memory;
    private Array values;
    private DType dtype;
    private Carrier carrier;
    private int elements;
    private DjlTile other;
    private ByteBuffer compared;

    DjlTile(DjlBackend backend) {
      this.backend = backend;
    }

    @Override
    public void hold(DType dtype, int elements) {
      use(dtype, elements);
      values = memory.any(carrier, carriers());
    }

    private void use(DType dtype, int elements) {
      if (memory != null) {
        memory.close();
      }
      memory = backend.arrays().part();
      this.dtype = dtype;
      this.carrier = Carrier.of(dtype);
      this.elements = elements;
    }

    private long carriers() {
      return (long) elements * (dtype.byteSize() / carrier.byteSize());
    }

    @Override
    public void clear() {
      values = memory.zeros(carrier, carriers());
    }

    @Override
    public ByteBuffer room(BlockSpans spans, int from, int to, ByteBuffer spare) {
      return spare.clear().limit(spans.total(from, to));
    }

    @Override
    public void spread(ByteBuffer packed, BlockSpans spans, int from, int to) {
      try (var part = memory.part()) {
        Array given = part.over(packed, carrier);
        long at = 0;
        for (Nest nest : Nest.of(spans, from, to, carrier.byteSize())) {
          part.spread(given, at, nest, values);
          at += nest.elements();
        }
      }
    }

    @Override
    public ByteBuffer gather(BlockSpans spans, int from, int to, ByteBuffer spare) {
      ByteBuffer packed = room(spans, from, to, spare);
      try (var part = memory.part()) {
        Array wanted = part.over(packed, carrier);
        long at = 0;
        for (Nest nest : Nest.of(spans, from, to, carrier.byteSize())) {
          part.gather(values, nest, wanted, at);
          at += nest.elements();
        }
      }
      return packed;
    }

    @Override
    public boolean equal(ByteBuffer packed, BlockSpans spans, int from, int to) {
      compared = compared == null ? ByteBuffer.allocateDirect(backend.tileBytes()) : compared;
      return gather(spans, from, to, compared).mismatch(packed) < 0;
    }

    @Override
    public Tile as(DType wanted, double shift) {
      if (wanted == dtype && shift == 0) {
        return this;
      }
      other = other == null ? new DjlTile(backend) : other;
      other.take(this, wanted, shift);
      return other;
    }

    private void take(DjlTile from, DType wanted, double shift) {
      use(wanted, from.elements);
      var source = FloatingType.of(from.dtype);
      Cast cast = memory.cast(from.values, source, shift, FloatingType.of(wanted), carrier);
      values = cast.values();
      backend.add(cast.lost());
    }

    @Override
    public void addProduct(int from, LowRankRows product) {
      try (var part = memory.part()) {
        part.addProduct(values, from, product);
      }
    }
  }
}
