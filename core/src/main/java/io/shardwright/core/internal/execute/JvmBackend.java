package io.shardwright.core.internal.execute;

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
}
