package io.shardwright.core.internal.execute.djl;

import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.core.internal.execute.Tile;

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
}
